import { sizeWords } from '../../core/health/size-check';
import type { CareRecord } from '../../core/ledger/record';
import type { CareResult } from '../../core/ledger/results';
import { isBeginning } from '../../core/sanitise/sanitised';

/** What an entry about a drive alone says came of it, and why: the same in lists, log and CSV. */
export function careOutcome(record: CareRecord): {
  readonly result: CareResult;
  /** Error code, colon, message; null: nothing speaks against the drive. */
  readonly reason: string | null;
} {
  if (record.kind === 'drive-sanitised') {
    const { sanitised } = record;
    const { outcome, why } = sanitised;
    if (isBeginning(sanitised)) return { result: 'erase-begun', reason: why };
    const code = outcome === 'not-erased' ? 'drive-not-erased' : 'drive-erase-unknown';
    return { result: outcome, reason: outcome === 'erased' ? null : `${code}: ${why ?? ''}` };
  }
  if (record.kind === 'station-disk') {
    const { end } = record;
    if (end.state !== 'failed') {
      return { result: end.state === 'done' ? 'disk-made' : 'disk-begun', reason: null };
    }
    return { result: 'disk-failed', reason: `${end.reason.code}: ${end.reason.message}` };
  }
  const { end } = record;
  switch (end.state) {
    case 'begun':
      return { result: 'size-begun', reason: null };
    case 'cancelled':
      return { result: 'size-cancelled', reason: null };
    case 'failed':
      return { result: 'size-not-known', reason: `${end.reason.code}: ${end.reason.message}` };
    case 'done':
      return end.verdict.what === 'whole'
        ? { result: 'size-checked', reason: null }
        : { result: 'size-failed', reason: `drive-size-false: ${sizeWords(end.verdict, end.bytes)}` };
  }
}
