import type { ReactNode } from 'react';
import { formatBytes, formatDuration, formatRate } from '../../../core/base/display';
import type { Detail } from '../../components/details';
import { Mono } from '../../components/mono';
import { formatTime } from '../../format';
import type { Text } from '../../text';

/** Rows of an entry's details. */

/** With the UTC time as it is recorded: local time is ambiguous in one hour a year. */
export function exactTime(iso: string): ReactNode {
  return (
    <>
      {formatTime(iso)} <span className="soft nowrap">({iso})</span>
    </>
  );
}

/** How much was moved, in which time, and how fast. */
export function moved(bytes: number, seconds: number, text: Text['log']): string {
  const rate = seconds > 0 ? formatRate(bytes / seconds) : '–';
  return text.at(formatBytes(bytes), formatDuration(seconds), rate);
}

/** Rows of what is there; null is left out. */
export function present(
  rows: readonly (readonly [name: string, value: string | null, mono?: boolean])[],
): Detail[] {
  return rows.flatMap(([name, value, mono]) =>
    value === null ? [] : [{ name, value: mono === true ? <Mono>{value}</Mono> : value }],
  );
}
