import type { ReactElement, ReactNode } from 'react';
import './segments.css';

export interface Segment<Value extends string> {
  readonly value: Value;
  readonly label: string;
  readonly icon?: ReactNode;
  /** How many there are of it. */
  readonly count?: number;
}

interface SegmentsProps<Value extends string> {
  readonly label: string;
  readonly segments: readonly Segment<Value>[];
  readonly value: Value;
  readonly onChoose: (value: Value) => void;
}

/** One of a few ways to look at the same, beside each other. */
export function Segments<Value extends string>(props: SegmentsProps<Value>): ReactElement {
  const { label, segments, value, onChoose } = props;
  return (
    <div role="group" aria-label={label} className="segments">
      {segments.map((segment) => (
        <button
          key={segment.value}
          type="button"
          className="segment"
          aria-pressed={segment.value === value}
          title={segment.icon === undefined ? undefined : segment.label}
          onClick={() => {
            onChoose(segment.value);
          }}
        >
          {segment.icon}
          <span className="segment-label">{segment.label}</span>
          {segment.count !== undefined && <strong className="segment-count">{segment.count}</strong>}
        </button>
      ))}
    </div>
  );
}
