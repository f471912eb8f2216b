import { recordedLoaderWords } from '../../../core/boot/loader-choice';
import { driveAgainWords } from '../../../core/job/drive-again';
import { ownDiskWords } from '../../../core/drive/live-disks';
import type { LogEntry, LogRow } from '../../../core/contract/app-log';
import { formatBytes, formatDuration } from '../../../core/base/display';
import type { ErrorData } from '../../../core/base/errors';
import {
  isDriveRecord,
  subjectOf,
  type DriveRecord,
  type JobDetails,
  type LedgerRecord,
  type RecordedDrive,
} from '../../../core/ledger/record';
import { sanitisedLines } from '../../../core/sanitise/words';
import { isBeginning, type Sanitised } from '../../../core/sanitise/sanitised';
import { comparedWords } from '../../../core/job/compared-words';
import { receivedWords } from '../../../core/job/received-words';
import { machineFilesText } from '../../../core/machine-files/machine-file';
import { replacedText } from '../../../core/machine/replaced-computer';
import type { Detail } from '../../components/details';
import { Mono } from '../../components/mono';
import type { Text } from '../../text';
import { exactTime, moved, present } from './detail-rows';
import { healthDetails, sizeCheckDetails } from './health-details';
import { agentRows, endDetails } from './machine-details';
import { orderDetails, sourceRows } from './order-details';
import { ResultStatus } from './result-status';

type Words = Text['log'];

export interface DetailGroup {
  readonly title: string;
  readonly details: readonly Detail[];
}

/** Everything an entry says, in groups. What it does not say is left out. */
export function detailGroups({ stored, entry }: LogEntry, text: Words): DetailGroup[] {
  const { record } = entry;
  const words = text.details;
  if (record.kind === 'drive-sanitised') {
    const result = {
      name: words.result,
      value: (
        <ResultStatus result={isBeginning(record.sanitised) ? 'erase-begun' : record.sanitised.outcome} />
      ),
    };
    const started = { name: words.started, value: exactTime(record.startedAt) };
    return [
      { title: text.groups.result, details: [result, started, ...eraseDetails(record.sanitised)] },
      { title: text.groups.drive, details: driveDetails(record.drive, text) },
      ...(record.health === undefined
        ? []
        : [{ title: text.groups.health, details: healthDetails(record.health, undefined, words) }]),
      { title: text.groups.record, details: entryDetails(stored, entry, [], words) },
    ];
  }
  if (record.kind === 'size-checked') {
    return [
      { title: text.groups.result, details: sizeCheckDetails(record, text) },
      { title: text.groups.drive, details: driveDetails(record.drive, text) },
      { title: text.groups.record, details: entryDetails(stored, entry, [], words) },
    ];
  }
  if (record.kind === 'station-disk') {
    return [
      { title: text.groups.result, details: stationDiskDetails(record, text) },
      { title: text.groups.drive, details: driveDetails(record.drive, text) },
      { title: text.groups.record, details: entryDetails(stored, entry, [], words) },
    ];
  }
  if (record.kind === 'machine-ended') {
    return [
      { title: text.groups.result, details: endDetails(record, text) },
      { title: text.groups.record, details: entryDetails(stored, entry, [], words) },
    ];
  }
  if (!isDriveRecord(record)) {
    const { shipment, media, order } = text.groups;
    const group =
      record.kind === 'shipment-closed' ? shipment : record.kind === 'got-from-station' ? media : order;
    return [
      { title: group, details: orderDetails(record, text) },
      { title: text.groups.record, details: entryDetails(stored, entry, [], words) },
    ];
  }
  const job = 'job' in record ? record.job : null;
  const { drive, machineSerial: machine } = subjectOf(record);
  return [
    {
      title: text.groups.result,
      details: [{ name: words.machine, value: <Mono>{machine}</Mono> }, ...resultDetails(record, text)],
    },
    { title: text.groups.drive, details: driveDetails(drive, text) },
    ...(record.kind === 'job-ended' && (record.health ?? record.slow) !== undefined
      ? [{ title: text.groups.health, details: healthDetails(record.health, record.slow, words) }]
      : []),
    ...(job === null ? [] : [{ title: text.groups.media, details: mediaDetails(job, text) }]),
    {
      title: text.groups.record,
      details: entryDetails(
        stored,
        entry,
        'job' in record ? jobDetails(record.job, words) : laterDetails(record, words),
        words,
      ),
    },
  ];
}

/** Who recorded it, when, where and with what, with `more` after the time. */
function entryDetails(
  stored: LogEntry['stored'],
  entry: LogEntry['entry'],
  more: readonly Detail[],
  words: Words['details'],
): Detail[] {
  return [
    { name: words.operator, value: entry.operator },
    { name: words.station, value: entry.station.name },
    { name: words.recorded, value: exactTime(entry.time) },
    ...more,
    { name: words.hash, value: <Mono>{stored.hash}</Mono> },
    { name: words.previous, value: <Mono>{entry.previousHash}</Mono> },
    { name: words.signature, value: <Mono>{stored.signature}</Mono> },
    { name: words.key, value: <Mono>{entry.station.keyFingerprint}</Mono> },
    {
      name: words.versions,
      value: Object.entries(entry.versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(', '),
    },
  ];
}

function resultDetails(record: DriveRecord, text: Words): Detail[] {
  const words = text.details;
  if (record.kind === 'job-started') return [];
  const { end } = record;
  const result = resultOf(record);
  const details: Detail[] = [
    {
      name: words.result,
      value: <ResultStatus result={result} />,
    },
    ...(end.state === 'failed' ? failureDetails(end.reason, text) : []),
    ...('bytesWritten' in end ? [{ name: words.written, value: formatBytes(end.bytesWritten) }] : []),
  ];
  if (record.kind === 'job-ended') {
    details.push({ name: words.started, value: exactTime(record.startedAt) });
    if (record.sanitised !== undefined) details.push(...eraseDetails(record.sanitised));
    if (record.end.state === 'done') {
      const { result: figures } = record.end;
      details.push(
        { name: words.written, value: moved(figures.bytesWritten, figures.writeSeconds, text) },
        { name: words.verified, value: moved(figures.bytesVerified, figures.verifySeconds, text) },
        { name: words.chunks, value: `${text.number(figures.chunksVerified)}${comparedWords(figures)}` },
        { name: words.directIo, value: figures.directIo ? text.yes : text.no },
        { name: words.table, value: <Mono>{figures.tableSha256}</Mono> },
        ...present([
          [words.received, figures.received === undefined ? null : receivedWords(figures.received)],
        ]),
      );
    }
  } else if (record.kind === 'drive-rehearsed') {
    details.push(...rehearsalDetails(record, text));
  } else if (record.end.state === 'done') {
    details.push({ name: words.verified, value: moved(record.end.bytesVerified, record.end.seconds, text) });
  }
  return details;
}

/** A drive that became the station's disk: what came of it, and why it was taken. */
function stationDiskDetails(
  { startedAt, end, driveAgain, previousDiskGuid }: Extract<LedgerRecord, { kind: 'station-disk' }>,
  text: Words,
): Detail[] {
  const words = text.details;
  const result = ({ begun: 'disk-begun', done: 'disk-made', failed: 'disk-failed' } as const)[end.state];
  return [
    { name: words.result, value: <ResultStatus result={result} /> },
    ...(end.state === 'failed' ? failureDetails(end.reason, text) : []),
    ...present([
      [words.driveAgain, driveAgain === undefined ? null : driveAgainWords(driveAgain)],
      [words.previousDiskGuid, previousDiskGuid ?? null, true],
    ]),
    { name: words.started, value: exactTime(startedAt) },
  ];
}

/** How the drive was erased, and what was looked at. */
function eraseDetails(sanitised: Sanitised): Detail[] {
  return present(sanitisedLines(sanitised));
}

function resultOf(record: Exclude<DriveRecord, { kind: 'job-started' }>): LogRow['result'] {
  switch (record.kind) {
    case 'job-ended':
      return record.end.state;
    case 'drive-verified':
      return record.end.state === 'done' ? 'verified' : 'verify-failed';
    case 'drive-rehearsed':
      return record.end.state === 'done' ? 'rehearsed' : 'rehearsal-failed';
  }
}

function rehearsalDetails(
  { verdict, picture }: Extract<DriveRecord, { kind: 'drive-rehearsed' }>,
  text: Words,
): Detail[] {
  const words = text.details;
  return present([
    [words.seen, verdict.what],
    [
      words.virtualMachine,
      text.machine(verdict.accelerator, verdict.secureBoot, formatDuration(verdict.seconds)),
    ],
    [words.trusted, verdict.trusted?.join(', ') ?? null],
    [words.picture, picture, true],
    [words.console, verdict.console.length === 0 ? null : verdict.console.join('\n'), true],
  ]);
}

function failureDetails(reason: ErrorData, text: Words): Detail[] {
  const words = text.details;
  return present([
    [words.reason, reason.message],
    [words.remedy, reason.remedy],
    [words.cause, reason.cause, true],
    [words.code, reason.code, true],
    [words.offset, reason.offset === undefined ? null : text.number(reason.offset)],
    [words.chunk, reason.chunk === undefined ? null : String(reason.chunk)],
  ]);
}

function driveDetails(drive: RecordedDrive, text: Words): Detail[] {
  const words = text.details;
  return present([
    [words.bay, drive.bay],
    [words.kind, words.kinds[drive.kind]],
    [words.model, drive.model],
    [words.serial, drive.serial, true],
    [words.wwn, drive.wwn, true],
    [words.identity, drive.identityShared === true ? words.identityShared : null],
    [words.size, text.size(formatBytes(drive.size), drive.size)],
    [words.sector, text.bytes(drive.logicalSectorSize)],
    [words.bus, drive.bus],
    [words.id, drive.id, true],
    [words.path, drive.path, true],
    [words.port, drive.byPath, true],
  ]);
}

function mediaDetails(job: JobDetails, text: Words): Detail[] {
  const words = text.details;
  return present([
    [words.file, job.media.fileName],
    [words.size, text.size(formatBytes(job.media.bytes), job.media.bytes)],
    [words.sha256, job.media.sha256, true],
    [words.expected, text.expected[job.media.expected]],
    [words.guid, job.media.guid, true],
    [words.image, `${job.image.index} ${job.image.name}`],
    [words.layout, job.layout],
    [words.loader, job.loader === undefined ? null : recordedLoaderWords(job.loader)],
    [
      words.recovery,
      job.recovery === undefined ? null : text.recovery(formatBytes(job.recovery.bytes), job.recovery.sha1),
    ],
    [words.machineFiles, machineFilesText(job.machineFiles)],
    [words.fingerprint, job.fingerprint, true],
  ]);
}

function jobDetails(job: JobDetails, words: Words['details']): Detail[] {
  return present([
    [words.workOrder, job.workOrder ?? null],
    [words.computerName, job.machine?.computerName ?? null],
    [words.assetTag, job.machine?.assetTag ?? null],
    [words.uuid, job.machine?.uuid ?? null, true],
    [words.macs, job.machine?.macs?.join(' ') ?? null, true],
    [words.machineModel, job.machine?.model ?? null],
    [words.driverPack, job.driverPack === null ? words.noDriverPack : (job.driverPack?.name ?? null)],
    [words.replaces, job.replaces === undefined ? null : replacedText(job.replaces)],
    [words.again, job.againReason],
    [words.driveAgain, job.driveAgain === undefined ? null : driveAgainWords(job.driveAgain)],
    [words.ownDisk, job.ownDisk === undefined ? null : ownDiskWords(job.ownDisk)],
    ...sourceRows(job.imageFrom, words),
    ...agentRows(job, words),
    [words.batch, job.batchId, true],
    [words.job, job.jobId, true],
    [words.diskGuid, job.diskGuid, true],
    [words.previousDiskGuid, job.previousDiskGuid ?? null, true],
    [words.partitionGuids, job.partitionGuids.join(' '), true],
  ]);
}

function laterDetails(
  record: Extract<DriveRecord, { kind: 'drive-verified' | 'drive-rehearsed' }>,
  words: Words['details'],
): Detail[] {
  return present([
    [words.fingerprint, record.fingerprint, true],
    [words.job, record.jobId, true],
    [words.foundDiskGuid, record.diskGuid ?? null, true],
  ]);
}
