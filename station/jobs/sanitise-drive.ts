import { randomUUID } from 'node:crypto';
import { PrestageError } from '../../core/base/errors';
import { GiB, MiB } from '../../core/base/units';
import { driveLabel, type Drive } from '../../core/drive/drive';
import { chooseMethod } from '../../core/sanitise/choose';
import {
  levelOf,
  methodFacts,
  needsPassword,
  type Abilities,
  type SanitiseMethod,
} from '../../core/sanitise/methods';
import { hiddenReached, type Sanitised, type TableBefore, type Verdict } from '../../core/sanitise/sanitised';
import type { HelperClient } from '../helper-client/helper-client';
import { logEvent } from '../state/log-file';
import type { StatePaths } from '../state/state-paths';
import { EraseJournal, type EraseRun } from './erase-journal';

/** Erases one reserved drive: chooses the way, keeps what is needed to go on after a power cut, and judges nothing itself. */

/** What is known of an erase as it begins. */
export type EraseBegun = Pick<Sanitised, 'before' | 'method' | 'nist' | 'hidden' | 'resumed'>;

export interface SanitiseOrder {
  readonly drive: Drive;
  readonly client: Pick<HelperClient, 'call'>;
  readonly reservation: string;
  /** Null: the strongest that the drive offers. */
  readonly method: SanitiseMethod | null;
  readonly paths: Pick<StatePaths, 'erasures'>;
  readonly stallMilliseconds: number;
  readonly signal: AbortSignal;
  /** The way was chosen, and the drive is about to be touched. @throws what keeps it from being touched */
  readonly onBegin?: (begun: EraseBegun) => void;
  /** Bytes; total 0: the drive does not tell. */
  readonly onProgress: (done: number, total: number) => void;
}

/** An overwrite goes on so many bytes before the last ones that were reported: those may have been in the drive's cache only. */
const unsure = GiB;
const kept = GiB;

/**
 * Erases a reserved drive, which stays reserved.
 * @throws PrestageError drive-locked, drive-frozen, sanitise-unavailable, drive-changed, tool-missing, state-unavailable,
 * cancelled: nothing was touched. helper-died and others: it may have been begun
 */
export async function sanitiseReserved(order: SanitiseOrder): Promise<Sanitised> {
  const { drive, client, reservation, stallMilliseconds, signal, onProgress } = order;
  const journal = new EraseJournal(order.paths, drive);
  const found = await client.call('prepareSanitise', { reservation, stallMilliseconds }, { signal });
  const { abilities, before, samples } = found;
  const left = await journal.read();
  const goesOn = left !== null && isUnderWay(left.method, abilities);
  const method = goesOn ? left.method : chooseMethod(drive, abilities, order.method);
  // Begun by somebody else: in which way is not known, and what the drive held before was not looked at.
  const foreign = !goesOn && abilities.underWay && method !== 'overwrite';
  const from = resumeFrom(left, method, before);
  const resumed = goesOn || from > 0;
  const told = { nist: levelOf(method, abilities), hidden: hiddenReached(method, abilities.hidden) };
  const takenUpAt = new Date().toISOString();
  const run: EraseRun =
    resumed && left !== null
      ? { ...left, ...told, takenUpAt }
      : {
          ...({ version: 1, run: randomUUID(), startedAt: takenUpAt, takenUpAt } as const),
          ...{ method, before, samples: method === 'overwrite' ? [] : samples, overwritten: 0, ...told },
        };
  const begun: EraseBegun = {
    ...{ before: run.before, method, ...told },
    ...(resumed ? { resumed: true } : {}),
  };
  // First the journal: where it cannot be written, nobody is told that the drive was touched.
  journal.write(run);
  try {
    order.onBegin?.(begun);
  } catch (error) {
    if (!resumed) await journal.end();
    throw error;
  }
  logEvent('info', 'erase-started', { drive: drive.id, method, resumed });
  let overwritten = run.overwritten;
  const ended = await client.call(
    'sanitiseDrive',
    {
      ...{ progressToken: randomUUID(), reservation, method, run: run.run, from, stallMilliseconds },
      samples: run.samples,
      begun: goesOn || foreign,
    },
    {
      signal,
      onTaskProgress: ({ done, total }) => {
        onProgress(done, total);
        if (method !== 'overwrite' || done < overwritten + kept || done > drive.size) return;
        overwritten = done;
        journal.write({ ...run, overwritten });
      },
    },
  );
  if (ended.outcome !== 'not-known' && !signal.aborted) await journal.end();
  const { outcome, samples: looked } = ended;
  // One that did not come to an end says more than whose it was.
  const isNotOurs = foreign && (outcome === 'erased' || (outcome === 'not-known' && looked !== undefined));
  const verdict: Verdict = isNotOurs ? notOurs : ended;
  logEvent('info', 'erase-ended', { drive: drive.id, method, outcome: verdict.outcome });
  return {
    ...begun,
    ...{ outcome: verdict.outcome, why: verdict.why, seconds: ended.seconds },
    ...(ended.samples === undefined ? {} : { samples: ended.samples }),
    ...(ended.bytesReadBack === undefined ? {} : { bytesReadBack: ended.bytesReadBack }),
  };
}

const notOurs: Verdict = {
  outcome: 'not-known',
  why: 'The drive was already erasing itself: in which way, and what it held before, is not known. Now it has ended: erase it again.',
};

/**
 * The drive goes on with what this station had told it: by its own word, or it still has the password that it was given for the erase,
 * locked by it after a power cut and open where only a program had ended.
 */
function isUnderWay(method: SanitiseMethod, { underWay, obstacles }: Abilities): boolean {
  return needsPassword(method)
    ? obstacles.includes('ata-locked') || obstacles.includes('ata-password')
    : methodFacts[method].byDrive && underWay;
}

/**
 * The byte from which an overwrite that was broken off goes on. Its beginning holds zeros: a drive with a table was written since, or
 * is another that tells the same serial, and is overwritten from its start.
 */
function resumeFrom(left: EraseRun | null, method: SanitiseMethod, { size, table }: TableBefore): number {
  if (left?.method !== 'overwrite' || method !== 'overwrite' || table !== 'none') return 0;
  const from = Math.max(0, Math.min(left.overwritten, size) - unsure);
  return Math.floor(from / (8 * MiB)) * 8 * MiB;
}

/** Why a drive that is not known to be erased goes no further; null: it is erased. */
export function eraseFailed(drive: Drive, { outcome, why }: Sanitised): PrestageError | null {
  const label = driveLabel(drive);
  const because = why ?? 'the reason is not known.';
  switch (outcome) {
    case 'erased':
      return null;
    case 'not-erased':
      return new PrestageError({
        code: 'drive-not-erased',
        message: `The ${label} was not erased: ${because}`,
      });
    case 'not-known':
      return new PrestageError({
        code: 'drive-erase-unknown',
        message: `The ${label} may not be erased: ${because}`,
      });
  }
}
