import { X509Certificate } from 'node:crypto';
import { errorData, PrestageError, type ErrorData } from '../../core/base/errors';
import { driveLabel, type Drive } from '../../core/drive/drive';
import type { JobEnd } from '../../core/job/job';
import { clockProblem, type KnownMoment } from '../../core/live/clock';
import { imageDiskName, imageDiskProblem, recordsProblem } from '../../core/live/live-rules';
import type { LiveState } from '../../core/live/live-state';
import { ledgerEntrySchema } from '../../core/ledger/record';
import { sanitizeForDisplay } from '../../core/base/display';
import type { Helpers } from '../helper-client/helpers';
import type { LedgerReader } from '../ledger/ledger-reader';
import { trustedKeysIn, validityOf, type TrustedKeysPaths } from '../signing/trusted-keys';

/** What a station on a stick needs before a real drive is written: a place for its records, and a clock that can be right. */

/** What runs; null: no live system. */
export async function readLive(helpers: Helpers): Promise<LiveState | null> {
  const client = await helpers.plain();
  return (await client.call('readLive', {})).live;
}

/** What keeps real drives from being written; empty when nothing does, and on any other station. */
export function liveProblems(
  live: LiveState | null,
  ledger: Pick<LedgerReader, 'lastEntries'>,
  paths: TrustedKeysPaths,
  now: Date,
): ErrorData[] {
  if (live === null) return [];
  const clock = clockProblem({
    now,
    built: live.built === null ? null : new Date(live.built),
    newestEntry: newestTime(ledger),
    validFrom: certificateStarts(paths),
  });
  return [recordsProblem(live), imageDiskProblem(live.imageDisk), clock].filter(
    (problem) => problem !== null,
  );
}

/** @throws PrestageError live-no-data, clock-wrong */
export async function requireLiveReady(
  helpers: Helpers,
  ledger: Pick<LedgerReader, 'lastEntries'>,
  paths: TrustedKeysPaths,
): Promise<void> {
  const [problem] = liveProblems(await readLive(helpers), ledger, paths, new Date());
  if (problem !== undefined) throw new PrestageError(problem);
}

/**
 * The end of a job whose disk image could not be read because the disk that it lies on is gone: the reason names that disk, not the drive.
 * What else ended a job stays as it is.
 */
export async function nameLostDisk(end: JobEnd, drive: Drive, helpers: Helpers): Promise<JobEnd> {
  if (end.state !== 'failed' || end.reason.code !== 'render-damaged') return end;
  const disk = (await readLive(helpers).catch(() => null))?.imageDisk ?? null;
  if (disk === null || disk.open) return end;
  const reason = errorData({
    code: 'live-image-disk-missing',
    message: `The disk for images and media (${imageDiskName(disk)}) was gone while the ${driveLabel(drive)} was written: its disk image could not be read.`,
    cause: [end.reason.message, end.reason.cause].filter((text) => text !== null).join(' '),
    remedy:
      'The drive is not at fault, and is not finished. Plug the disk in, press Open it in Settings, under Disk for images and media, then write this drive again.',
  });
  return { ...end, reason };
}

/** As the entry says it; whether it is whole is for those who verify. */
function newestTime(ledger: Pick<LedgerReader, 'lastEntries'>): Date | null {
  const [newest] = ledger.lastEntries(1);
  if (newest === undefined) return null;
  const entry = ledgerEntrySchema.pick({ time: true }).loose().safeParse(JSON.parse(newest.json));
  return entry.success ? new Date(entry.data.time) : null;
}

function certificateStarts(paths: TrustedKeysPaths): KnownMoment[] {
  return trustedKeysIn(paths).flatMap((key) =>
    key.kind === 'certificate'
      ? [
          {
            what: `the certificate of ${sanitizeForDisplay(key.name, 60)} begins`,
            time: validityOf(new X509Certificate(key.certificate)).from,
          },
        ]
      : [],
  );
}
