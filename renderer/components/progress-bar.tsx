import type { ReactElement } from 'react';

interface ProgressBarProps {
  readonly label: string;
  /** 0 to 100; null where it cannot be told. */
  readonly percent: number | null;
  readonly tone?: 'good' | 'info';
  readonly thick?: boolean;
}

/** How far something is. */
export function ProgressBar({
  label,
  percent,
  tone = 'info',
  thick = false,
}: ProgressBarProps): ReactElement {
  return (
    <div
      className={thick ? 'progress progress-thick' : 'progress'}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent ?? undefined}
      data-tone={tone}
    >
      <span style={{ width: `${percent ?? 0}%` }} />
    </div>
  );
}
