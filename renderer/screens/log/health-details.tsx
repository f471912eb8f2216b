import type { JobHealth } from '../../../core/health/health-rules';
import {
  afterLine,
  findingWords,
  healthLine,
  healthRows,
  riseWords,
} from '../../../core/health/health-words';
import { sizeWords } from '../../../core/health/size-check';
import { slowWords, type SlowNote } from '../../../core/health/slow';
import type { LedgerRecord } from '../../../core/ledger/record';
import type { Detail } from '../../components/details';
import type { Text } from '../../text';
import { exactTime, moved, present } from './detail-rows';
import { ResultStatus } from './result-status';

/** What an entry says of a drive's health, its speed and its real size. */

export function healthDetails(
  health: JobHealth | undefined,
  slow: readonly SlowNote[] | undefined,
  words: Text['log']['details'],
): Detail[] {
  const { before, after, findings = [], rose } = health ?? {};
  return present([
    [words.health, before === undefined ? null : healthLine(before, findings)],
    [words.healthFindings, findings.length === 0 ? null : findings.map(findingWords).join('; ')],
    [words.healthAfter, health === undefined || after === undefined ? null : afterLine(health, after)],
    [words.healthRose, rose === undefined ? null : rose.map(riseWords).join('; ')],
    ...(before?.known === true ? healthRows(before) : []),
    [words.speed, slow === undefined ? null : slow.map(slowWords).join('; ')],
  ]);
}

/** How a check of a drive's size ended. */
export function sizeCheckDetails(
  { startedAt, end, previousDiskGuid }: Extract<LedgerRecord, { kind: 'size-checked' }>,
  text: Text['log'],
): Detail[] {
  const words = text.details;
  const result =
    end.state === 'cancelled'
      ? 'cancelled'
      : end.state === 'done' && end.verdict.what === 'whole'
        ? 'size-checked'
        : 'size-failed';
  return [
    { name: words.result, value: <ResultStatus result={result} /> },
    ...present([
      [words.found, end.state === 'done' ? sizeWords(end.verdict, end.bytes) : null],
      [words.reason, end.state === 'failed' ? end.reason.message : null],
      [words.remedy, end.state === 'failed' ? end.reason.remedy : null],
      [words.written, end.state === 'done' ? moved(end.bytes, end.writeSeconds, text) : null],
      [words.verified, end.state === 'done' ? moved(end.bytes, end.readSeconds, text) : null],
      [words.previousDiskGuid, previousDiskGuid ?? null, true],
    ]),
    { name: words.started, value: exactTime(startedAt) },
  ];
}
