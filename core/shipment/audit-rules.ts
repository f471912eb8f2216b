import { z } from 'zod';
import { sanitizeForDisplay } from '../base/display';
import { wordOf } from '../health/health-rules';
import { jobHealthWords } from '../health/health-words';
import { slowWords } from '../health/slow';
import { isSameKey, tellsOwnIdentity } from '../drive/drive-identity';
import type { RecordedDrive } from '../ledger/record';
import { isTrainingDrive, type FinishedJob } from './shipment-rules';

/** What an auditor may doubt. Codes are stable: scripts rely on them. */
export const findingCodes = [
  // the bundle
  'key-untrusted',
  'bundle-changed',
  'file-missing',
  'file-unexpected',
  'file-changed',
  'signature-invalid',
  'table-differs',
  // the records
  'records-invalid',
  'entry-unproved',
  'entry-foreign',
  'chain-broken',
  'shipment-differs',
  // the machines
  'machine-unfinished',
  'training-drive',
  'machine-doubled',
  'drive-doubled',
  'verify-incomplete',
  'media-unexpected',
  'media-not-compared',
  'manifest-other',
  // the order
  'order-other',
  'order-changed',
  'order-missing',
  'order-surplus',
  'order-contradicts',
] as const;
export type FindingCode = (typeof findingCodes)[number];

export const findingSchema = z.strictObject({
  code: z.enum(findingCodes),
  /** The machine it is about; null when it is about the shipment. */
  machineSerial: z.string().nullable(),
  /** A sentence, safe to show, that names the machine. */
  message: z.string(),
});
export type Finding = Readonly<z.infer<typeof findingSchema>>;

/** A machine of the shipment, as its proved entries tell. */
export interface AuditedMachine {
  readonly finished: FinishedJob;
  /** What speaks against it, a sentence; null as it must be. */
  readonly withdrawn: string | null;
}

export function finding(code: FindingCode, machineSerial: string | null, message: string): Finding {
  return { code, machineSerial, message };
}

/** A machine in a sentence, safe to show. */
export const named = (serial: string): string => `Machine ${sanitizeForDisplay(serial)}`;

/**
 * Doubts about the machines themselves: each must have passed verification, all of it, with the expected media.
 * @param expectedSha256 of the media, when the auditor or the order says it
 * @param training virtual drives are what the auditor expects
 */
export function findMachines(
  machines: readonly AuditedMachine[],
  expectedSha256: string | null,
  training = false,
): Finding[] {
  return [
    ...machines.flatMap((machine) => findMachine(machine, expectedSha256, training)),
    ...findTwice(
      machines,
      'machine-doubled',
      ({ machineSerial }) => [machineSerial],
      () => 'is in the shipment twice',
    ),
    ...findTwice(
      machines,
      'drive-doubled',
      ({ job: { drive } }) => (isTaken(drive, machines) ? ownNames(drive) : []),
      (what) => `has the drive with ${sanitizeForDisplay(what)}`,
    ),
    ...findTwice(
      machines,
      'drive-doubled',
      ({ job }) => [job.diskGuid],
      (guid) => `has a drive with the disk GUID ${guid}`,
    ),
    ...findErased(machines),
  ];
}

/** What of a drive only one can have: of drives without serial and WWN nothing can be said. */
function ownNames({ serial, wwn }: RecordedDrive): string[] {
  if (wwn !== null) return [`WWN ${wwn}`];
  return serial === null ? [] : [`serial ${serial}`];
}

/**
 * Whether serial and WWN are taken for the drive's own. A USB adapter's are those of every drive behind it, a placeholder is
 * nobody's, and of some drives a record says that others report the same. What is known of other buses is enough for a doubt.
 */
function isTaken(drive: RecordedDrive, machines: readonly AuditedMachine[]): boolean {
  if (drive.kind !== 'disk' || drive.bus === 'usb') return false;
  if (!tellsOwnIdentity({ ...drive, bus: 'sata' })) return false;
  return !machines.some(
    ({ finished: { job } }) => job.drive.identityShared === true && isSameKey(job.drive, drive),
  );
}

/** What an auditor may want to know, and what speaks against no machine. Codes are stable. */
export const noteCodes = [
  'serial-shared',
  'manifest-not-recorded',
  'drive-health',
  'drive-slow',
  'end-not-confirmed',
] as const;
export const noteSchema = z.strictObject({
  code: z.enum(noteCodes),
  /** The machine it is about. */
  machineSerial: z.string(),
  /** A sentence, safe to show, that names the machine. */
  message: z.string(),
});
export type Note = Readonly<z.infer<typeof noteSchema>>;

/** Serials that are not the drives' own and stand twice in a shipment: these drives are told apart by their disk GUIDs. */
export function noteMachines(machines: readonly AuditedMachine[]): Note[] {
  const first = new Map<string, AuditedMachine>();
  return machines.flatMap((machine) => {
    const { job, machineSerial } = machine.finished;
    return ownNames(job.drive).flatMap((name): Note[] => {
      const before = first.get(name);
      first.set(name, before ?? machine);
      // Where both are taken for the drives' own, it is a finding.
      if (
        before === undefined ||
        [machine, before].every(({ finished }) => isTaken(finished.job.drive, machines))
      ) {
        return [];
      }
      const message =
        `${named(machineSerial)} has a drive with ${sanitizeForDisplay(name)}, like machine ` +
        `${sanitizeForDisplay(before.finished.machineSerial)}. It is not the drive's own, as behind a USB adapter: the drives ` +
        'are told apart by their disk GUIDs.';
      return [{ code: 'serial-shared', machineSerial, message }];
    });
  });
}

/**
 * What the records say of the drives themselves, though each passed: health that is not good, and speed. That a drive's health is
 * not known stands in its row: behind a USB adapter it would be a note for every machine.
 */
export function noteDrives(machines: readonly AuditedMachine[]): Note[] {
  return machines.flatMap(({ finished: { machineSerial, health, slow = [] } }) => {
    const drive = `The drive of ${named(machineSerial).replace('M', 'm')}`;
    const word = health === undefined ? 'good' : wordOf(health.before, health.findings);
    return [
      ...(health === undefined || ((word === 'good' || word === 'not-known') && health.rose === undefined)
        ? []
        : [
            {
              code: 'drive-health' as const,
              machineSerial,
              message: `${drive}: health ${sanitizeForDisplay(jobHealthWords(health), 400)}.`,
            },
          ]),
      ...slow.map((note) => ({
        ...{ code: 'drive-slow' as const, machineSerial, message: `${drive}: ${slowWords(note)}.` },
      })),
    ];
  });
}

function findMachine(
  { finished, withdrawn }: AuditedMachine,
  expectedSha256: string | null,
  training: boolean,
): Finding[] {
  const { machineSerial, job, result } = finished;
  const findings: Finding[] = [];
  const say = (code: FindingCode, what: string): void => {
    findings.push(finding(code, machineSerial, `${named(machineSerial)} ${what}`));
  };
  if (withdrawn !== null) findings.push(finding('machine-unfinished', machineSerial, withdrawn));
  if (!training && isTrainingDrive(job)) {
    say('training-drive', 'was written to a training drive, not to a disk.');
  }
  const { bytesVerified, bytesWritten, chunksVerified } = result;
  if (bytesVerified < bytesWritten || bytesVerified === 0 || chunksVerified === 0) {
    say(
      'verify-incomplete',
      `was not read back completely: ${bytesVerified} of ${bytesWritten} written bytes.`,
    );
  }
  if (expectedSha256 !== null) {
    if (job.media.sha256 !== expectedSha256) {
      const what = `${sanitizeForDisplay(job.media.fileName)}, SHA-256 ${job.media.sha256}`;
      say('media-unexpected', `has unexpected media: ${what}.`);
    }
  } else if (job.media.expected === 'none') {
    say(
      'media-not-compared',
      'has media that was never compared with an expected SHA-256. Run the audit with --expect-sha256 or --order.',
    );
  }
  return findings;
}

/**
 * Whether the machines were written from the media of a signed manifest, and from no other manifest of it. A media file that was not
 * taken from the library has none in the record: its SHA-256 says enough, and a note tells it.
 */
export function findManifest(
  machines: readonly AuditedMachine[],
  manifest: AuditedManifest,
): { findings: Finding[]; notes: Note[] } {
  const findings: Finding[] = [];
  const notes: Note[] = [];
  for (const { finished } of machines) {
    const { machineSerial, job } = finished;
    const { signedManifest: signed } = job.media;
    if (job.media.sha256 !== manifest.mediaSha256) continue;
    if (signed === undefined) {
      const message = `${named(machineSerial)} has the media of the manifest, but the record does not say that it was received with it.`;
      notes.push({ code: 'manifest-not-recorded', machineSerial, message });
    } else if (signed.manifestSha256 !== manifest.sha256) {
      const what = `${sanitizeForDisplay(signed.name)} revision ${signed.revision}, signed by ${sanitizeForDisplay(signed.signer.name)}`;
      const message = `${named(machineSerial)} was written from another manifest: ${what}.`;
      findings.push(finding('manifest-other', machineSerial, message));
    }
  }
  return { findings, notes };
}

/** A manifest that the auditor gives. */
export interface AuditedManifest {
  /** Of its bytes. */
  readonly sha256: string;
  /** Of the media that it names. */
  readonly mediaSha256: string;
}

/** A drive that was written for another machine of the shipment afterwards, by the disk GUID that was on it then. */
function findErased(machines: readonly AuditedMachine[]): Finding[] {
  const owners = new Map(machines.map(({ finished }) => [finished.job.diskGuid, finished.machineSerial]));
  return machines.flatMap(({ finished: { job, machineSerial } }) => {
    const owner = typeof job.previousDiskGuid === 'string' ? owners.get(job.previousDiskGuid) : undefined;
    if (owner === undefined) return [];
    const what = `has a drive that was written again for machine ${sanitizeForDisplay(machineSerial)}`;
    return [finding('drive-doubled', owner, `${named(owner)} ${what}.`)];
  });
}

/** Values that only one machine may have. Of drives without serial and WWN nothing can be said. */
function findTwice(
  machines: readonly AuditedMachine[],
  code: FindingCode,
  valuesOf: (finished: FinishedJob) => readonly string[],
  what: (value: string) => string,
): Finding[] {
  const first = new Map<string, string>();
  return machines.flatMap(({ finished }) =>
    valuesOf(finished).flatMap((value) => {
      const before = first.get(value);
      first.set(value, before ?? finished.machineSerial);
      if (before === undefined) return [];
      const { machineSerial } = finished;
      const other = before === machineSerial ? '' : `, like machine ${sanitizeForDisplay(before)}`;
      return [finding(code, machineSerial, `${named(machineSerial)} ${what(value)}${other}.`)];
    }),
  );
}
