import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { z } from 'zod';
import { sha256Schema } from '../../core/media/chunk-map';
import { formatBytes, formatDuration, sanitizeForDisplay } from '../../core/base/display';
import { confirmationOf, driveLabel, placeOf, type Drive } from '../../core/drive/drive';
import { isCancellation, PrestageError, toErrorData } from '../../core/base/errors';
import type { JobDetails, LedgerRecord } from '../../core/ledger/record';
import { standingFinding } from '../../core/ledger/standing-finding';
import { chunkMapFile } from '../jobs/run-batch';
import { showVerdict } from '../jobs/tell-machines';
import { asReadNow, attachmentMember, requireDrive, requireFinishedJob } from '../drives/finished-drive';
import type { LedgerReader } from '../ledger/ledger-reader';
import { stillHolds } from '../state/disk';
import type { StatePaths } from '../state/state-paths';
import { benchOption, commandAction, failsWhen, jsonOption, stateOption } from './command-context';
import { exitCodes } from './exit-codes';
import { joinRack } from './join-rack';
import { operatorOf, operatorOption } from './operator-option';
import { withStation } from './station-context';

/** What `verify --json` prints. */
export const verifyForm = z.strictObject({
  /** ID of the drive. */
  drive: z.string(),
  machineSerial: z.string(),
  verified: z.literal(true),
  /** Bytes read back and compared. */
  bytesVerified: z.int().nonnegative(),
  seconds: z.number().nonnegative(),
  /** SHA-256 of the chunk map: what the drive must hold. */
  fingerprint: sha256Schema,
  /** Number of the entry that recorded it. */
  ledgerEntry: z.int().positive(),
  /** An earlier finding that still holds the machine back, and what lifts it: sentences. null: there is none. */
  standingFinding: z.string().nullable(),
});

interface VerifyOptions {
  readonly drive: string;
  readonly bench?: string;
  readonly operator?: string;
}

/** Errors that say something about the drive's content, and so belong into its record. */
const verdicts: ReadonlySet<string> = new Set([
  'verify-mismatch',
  'table-mismatch',
  'drive-read-failed',
  'drive-stalled',
  'drive-gone',
]);

/** `prestage verify`: reads a finished drive again and compares it with its record. */
export function verifyCommand(): Command {
  return failsWhen(new Command('verify'), 'the drive does not have what was recorded')
    .description('read a finished drive again and compare it with its record')
    .requiredOption('--drive <id>', 'drive to verify; it is only read')
    .addOption(benchOption())
    .addOption(operatorOption())
    .addOption(stateOption())
    .addOption(jsonOption(verifyForm))
    .action(
      commandAction<VerifyOptions>(async (context, options) => {
        const operator = operatorOf(options.operator);
        return await withStation(context, operator, async ({ paths, settings, ledger, append }) => {
          const { helpers, output, signal } = context;
          const benchDirectory = options.bench === undefined ? null : resolve(options.bench);
          joinRack(context);
          const drive = await requireDrive(options.drive, benchDirectory, helpers, signal);
          const client = await helpers.forDrive(drive);
          const found = await requireFinishedJob(drive, benchDirectory, client, ledger, signal);
          const { job, changed } = found;
          if (changed === null) requireChunkMap(drive, job, paths);
          const record = (end: Extract<LedgerRecord, { kind: 'drive-verified' }>['end']): number =>
            ledger.append(
              {
                kind: 'drive-verified',
                jobId: job.jobId,
                machineSerial: job.machineSerial,
                drive: asReadNow(job.drive, drive),
                ...(found.diskGuid === undefined ? {} : { diskGuid: found.diskGuid }),
                ...attachmentMember(drive),
                fingerprint: job.fingerprint,
                end,
              },
              append,
            ).sequence;
          try {
            if (changed !== null) throw changed;
            const { bytesVerified, seconds } = await client.call(
              'verifyDrive',
              {
                progressToken: randomUUID(),
                driveId: drive.id,
                confirmed: confirmationOf(drive),
                benchDirectory,
                chunkMapFile: chunkMapFile(paths, job.fingerprint),
                fingerprint: job.fingerprint,
                diskGuid: job.diskGuid,
                partitionGuids: job.partitionGuids,
                stallMilliseconds: settings.stallSeconds * 1000,
              },
              {
                signal,
                onTaskProgress: (progress) => {
                  output.progress.task(placeOf(drive), progress);
                },
              },
            );
            let ledgerEntry: number;
            try {
              ledgerEntry = record({ state: 'done', bytesVerified, seconds });
            } catch (error) {
              // Only the entry is missing: nothing that was found out about the drive is undone by it.
              throw stillHolds(
                error,
                `The ${driveLabel(drive)} matches the record of machine ${sanitizeForDisplay(job.machineSerial)}, as before; only this verification is not recorded.`,
              );
            }
            const { machineSerial, fingerprint } = job;
            const standing = standingSentences(job, ledger);
            if (standing === null) await showVerdict(client, drive, 'passed');
            output.result<typeof verifyForm>(
              {
                drive: drive.id,
                machineSerial,
                verified: true,
                bytesVerified,
                seconds,
                fingerprint,
                ledgerEntry,
                standingFinding: standing,
              },
              () =>
                `The ${driveLabel(drive)} matches the record of machine ${sanitizeForDisplay(machineSerial)}: ` +
                `${formatBytes(bytesVerified)} read in ${formatDuration(seconds)}.${standing === null ? '' : `\n${standing}`}`,
            );
            return exitCodes.good;
          } catch (error) {
            const reason = toErrorData(error);
            if (isCancellation(error) || !verdicts.has(reason.code)) throw error;
            record({ state: 'failed', reason });
            await showVerdict(client, drive, 'failed', reason.message);
            output.failure(error);
            return exitCodes.failed;
          }
        });
      }),
    );
}

/** What still speaks against a drive that was just found good; null: nothing. */
function standingSentences(job: JobDetails, ledger: LedgerReader): string | null {
  const records = ledger.find({ by: 'job', jobId: job.jobId }).map(({ entry }) => entry.record);
  const finding = standingFinding(job, records);
  if (finding === null) return null;
  return (
    `Machine ${sanitizeForDisplay(job.machineSerial)} is still held back by an earlier finding about this very drive: ` +
    `${sanitizeForDisplay(finding.end.reason.message, 300)} A good reading does not lift it: the drive has returned ` +
    'different data once. Only writing the drive again does.'
  );
}

/** @throws PrestageError record-not-found when the chunk map is gone */
function requireChunkMap(drive: Drive, job: JobDetails, paths: StatePaths): void {
  if (existsSync(chunkMapFile(paths, job.fingerprint))) return;
  throw new PrestageError({
    code: 'record-not-found',
    message: `The chunk map of the ${driveLabel(drive)} is missing from the state folder.`,
    remedy: 'Restore the folder chunk-maps from a backup, or write the drive again.',
  });
}
