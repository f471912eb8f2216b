import type { ReactElement } from 'react';
import type { AppJob } from '../../../core/contract/app-bench';
import { formatBytes, formatDuration, formatRate, sanitizeForDisplay } from '../../../core/base/display';
import { recordedLoaderWords } from '../../../core/boot/loader-choice';
import { driveAgainWords } from '../../../core/job/drive-again';
import { replacedText } from '../../../core/machine/replaced-computer';
import type { JobResult } from '../../../core/job/job';
import { receivedWords } from '../../../core/job/received-words';
import { formatTime } from '../../format';
import { ErrorCard } from '../../components/error-card';
import { DetailList, type Detail } from '../../components/details';
import { Notice } from '../../components/notice';
import { Mono } from '../../components/mono';
import { useApp } from '../../store/app-store';
import { useDriveProgress } from '../../store/progress';
import { plannedOf } from '../../store/selectors';
import { rateWords, useRate } from '../../store/rates-store';
import { useText, type Text } from '../../text';

function resultDetails(result: JobResult, words: Text['bench']['details']): Detail[] {
  const speed = (bytes: number, seconds: number): string => (seconds > 0 ? formatRate(bytes / seconds) : '–');
  return [
    { name: words.written, value: formatBytes(result.bytesWritten) },
    { name: words.writeSpeed, value: speed(result.bytesWritten, result.writeSeconds) },
    { name: words.verified, value: formatBytes(result.bytesVerified) },
    { name: words.verifySpeed, value: speed(result.bytesVerified, result.verifySeconds) },
    { name: words.table, value: <Mono>{result.tableSha256}</Mono> },
    ...(result.received === undefined
      ? []
      : [{ name: words.received, value: receivedWords(result.received) }]),
  ];
}

/** Name, model, driver pack of the machine, the computer that it replaces, and its boot loader; what nobody said is left out. */
function machineRows(
  { machine, driverPack, replaces, loader }: AppJob,
  words: Text['bench']['details'],
): Detail[] {
  const rows: [string, string | null | undefined][] = [
    [words.computerName, machine?.computerName],
    [words.machineModel, machine?.model],
    [words.driverPack, driverPack === null ? words.noDriverPack : driverPack],
    [words.replaces, replaces === undefined ? null : replacedText(replaces)],
    [words.loader, loader === undefined ? null : recordedLoaderWords(loader)],
  ];
  return rows.flatMap(([name, value]) =>
    value === null || value === undefined ? [] : [{ name, value: sanitizeForDisplay(value, 500) }],
  );
}

/** What the start will put on a paired drive. */
export function PlannedDetails({ driveId }: { readonly driveId: string }): ReactElement | null {
  const words = useText().bench.details;
  const start = useText().bench.start;
  const planned = useApp((state) => plannedOf(state, driveId));
  const { machineFiles, loader } = useApp((state) => state.startPlan);
  if (planned === null) return null;
  const { computerName, model, driverPack, replaces } = planned;
  const rows: [string, string | null | undefined][] = [
    [words.computerName, computerName],
    [words.machineModel, model],
    [words.driverPack, driverPack === null ? words.noDriverPack : driverPack],
    [words.replaces, replaces === undefined ? null : replacedText(replaces)],
    [
      words.machineFiles,
      machineFiles === null ? null : start.filesFrom(machineFiles.paths, machineFiles.source),
    ],
    [words.loader, loader],
  ];
  const details = rows.flatMap(([name, value]) =>
    value === null || value === undefined ? [] : [{ name, value: sanitizeForDisplay(value, 500) }],
  );
  return details.length === 0 ? null : <DetailList details={details} />;
}

/** The trip of a drive, as far as it got. */
export function JobDetails({ job }: { readonly job: AppJob }): ReactElement {
  const { bench: text, health } = useText();
  const words = text.details;
  const rate = useRate(job.driveId);
  const progress = useDriveProgress(job.driveId);
  const left = progress?.secondsLeft ?? null;
  const { state } = job;
  const parts = [
    text.phase[state.state],
    progress === null ? '' : text.percent(progress.percent),
    rateWords(rate),
    left === null ? '' : text.left(formatDuration(left)),
  ];
  const details: Detail[] = [
    { name: words.state, value: <strong>{parts.filter((part) => part !== '').join(' · ')}</strong> },
    { name: words.machine, value: <Mono>{job.machineSerial}</Mono> },
    ...machineRows(job, words),
    ...(job.machineFiles === undefined
      ? []
      : [{ name: words.machineFiles, value: <Mono>{job.machineFiles.join(', ')}</Mono> }]),
    { name: words.started, value: formatTime(job.startedAt) },
  ];
  if (job.endedAt !== null) {
    const seconds = (Date.parse(job.endedAt) - Date.parse(job.startedAt)) / 1000;
    details.push({ name: words.endedAt, value: formatTime(job.endedAt) });
    details.push({ name: words.duration, value: formatDuration(seconds) });
  }
  if (job.driveAgain !== undefined) {
    details.push({ name: words.driveAgain, value: driveAgainWords(job.driveAgain) });
  }
  if (job.againReason !== undefined) details.push({ name: words.again, value: job.againReason });
  if (job.ledgerEntry !== null) {
    details.push({ name: words.record, value: words.recordNumber(job.ledgerEntry) });
  }
  if (state.state === 'done') details.push(...resultDetails(state.result, words));
  if (job.health !== undefined) details.push({ name: health.title, value: health.ofJob(job.health) });
  if (job.slow !== undefined) {
    details.push({ name: health.speed, value: job.slow.map(health.slow).join('. ') });
  }
  return (
    <>
      {state.state === 'failed' && <ErrorCard error={state.reason} />}
      {state.state === 'cancelled' && <Notice tone="warn">{words.cancelledExplained}</Notice>}
      {state.state === 'interrupted' && <Notice tone="warn">{words.interruptedExplained}</Notice>}
      <DetailList details={details} />
    </>
  );
}
