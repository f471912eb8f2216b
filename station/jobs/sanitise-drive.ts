import { randomUUID } from 'node:crypto';
import { PrestageError } from '../../core/base/errors';
import { GiB, MiB } from '../../core/base/units';
import { driveLabel, type Drive } from '../../core/drive/drive';
import { chooseAsShown, chooseMethod, requireLevel, type ShownErase } from '../../core/sanitise/choose';
import {
  canOpen,
  isAtLeast,
  levelOf,
  methodFacts,
  methodWords,
  needsPassword,
  onceOpened,
  type Abilities,
  type NistLevel,
  type SanitiseMethod,
} from '../../core/sanitise/methods';
import {
  hiddenReached,
  type AreasOpened,
  type Sanitised,
  type TableBefore,
  type Verdict,
} from '../../core/sanitise/sanitised';
import type { HelperClient } from '../helper-client/helper-client';
import { logError, logEvent } from '../state/log-file';
import type { StatePaths } from '../state/state-paths';
import { EraseJournal, type EraseRun } from './erase-journal';

/** Erases one reserved drive: chooses the way, keeps what is needed to go on after a power cut, and judges nothing itself. */

/** What is known of an erase as it begins. */
export type EraseBegun = Pick<Sanitised, 'before' | 'method' | 'nist' | 'hidden' | 'resumed'>;

export interface SanitiseOrder {
  readonly drive: Drive;
  readonly client: Pick<HelperClient, 'call'>;
  readonly reservation: string;
  /** The job that it is a part of; missing where the drive is erased for no machine. */
  readonly jobId?: string;
  /** What was shown and confirmed: nothing weaker is done. Null: nobody was shown anything, and the strongest is chosen. */
  readonly shown: ShownErase | null;
  /** What is demanded at least, by the settings or a command. */
  readonly least: NistLevel;
  /** What comes after the erase is made for the size that was confirmed: a drive that does not get it is not erased. */
  readonly needsSize?: boolean;
  readonly paths: Pick<StatePaths, 'erasures'>;
  readonly stallMilliseconds: number;
  readonly signal: AbortSignal;
  /** The way was chosen, and the drive is about to be touched. @throws what keeps it from being touched */
  readonly onBegin?: (begun: EraseBegun) => void;
  /** Its hidden areas were opened: from now on it is this one, which is held in its place. */
  readonly onGrown?: (drive: Drive) => void;
  /** Bytes; total 0: the drive does not tell. */
  readonly onProgress: (done: number, total: number) => void;
}

/** An overwrite goes on so many bytes before the last ones that were reported: those may have been in the drive's cache only. */
const unsure = GiB;
const keptEvery = GiB;

/**
 * Erases a reserved drive, which stays reserved.
 * @throws PrestageError drive-locked, drive-frozen, sanitise-changed, sanitise-too-weak, drive-changed, tool-missing, state-unavailable,
 * cancelled: nothing was touched. helper-died and others: it may have been begun
 */
export async function sanitiseReserved(order: SanitiseOrder): Promise<Sanitised> {
  const { drive, client, reservation, jobId, stallMilliseconds, signal } = order;
  const journal = new EraseJournal(order.paths, drive);
  const look = { reservation, stallMilliseconds };
  const found = await client.call('prepareSanitise', look, { signal });
  const { abilities, before, samples } = found;
  const left = await journal.read();
  const goesOn = left !== null && isUnderWay(left.method, abilities);
  const method = goesOn
    ? goingOn(drive, left.method, abilities, order.shown)
    : order.shown === null
      ? chooseMethod(drive, abilities, null)
      : chooseAsShown(drive, abilities, order.shown);
  // Begun by somebody else: in which way is not known, and what the drive held before was not looked at.
  const foreign = !goesOn && abilities.underWay && method !== 'overwrite';
  const lift = goesOn || foreign ? undefined : order.shown?.lift;
  const then = lift === undefined ? abilities : onceOpened(abilities);
  if (!foreign) requireLevel(drive, { ...then, underWay: goesOn }, method, order.least);
  const from = lift === undefined ? resumeFrom(left, method, before) : 0;
  const resumed = goesOn || from > 0;
  // Of areas that an erase had opened before its power failed, nothing is left to be seen but here.
  const earlier = left?.grows?.to === drive.size ? openedBefore(left) : [];
  const became = order.shown?.leaves === true && !goesOn ? whyLeft(drive) : null;
  const told = {
    nist: levelOf(method, abilities),
    hidden: [...earlier, ...hiddenReached(method, abilities.hidden, became)],
  };
  const run: EraseRun =
    resumed && left !== null
      ? { ...left, ...told }
      : {
          ...({ version: 1, run: randomUUID(), startedAt: new Date().toISOString() } as const),
          ...{ method, before, samples: method === 'overwrite' ? [] : samples, overwritten: 0, ...told },
          ...(lift === undefined ? {} : { grows: { from: drive.size, to: lift.size } }),
          ...(earlier.length === 0 || left?.grows === undefined ? {} : { grows: left.grows, grown: true }),
        };
  // Whose it was before does not matter any more.
  if (jobId === undefined) delete run.jobId;
  else run.jobId = jobId;
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
  if (lift === undefined) return await eraseAs({ order, journal, run, begun, goesOn, foreign, from, drive });
  const opened = await client.call('liftHidden', { reservation, size: lift.size }, { signal });
  logEvent('info', 'hidden-areas', { drive: drive.id, state: opened.state });
  if (opened.state === 'kept') {
    const nist = levelOf(method, abilities);
    const hidden = hiddenReached(method, abilities.hidden, opened);
    const still = { ...run, nist, hidden };
    if (isAtLeast(nist, order.least) && order.needsSize !== true) {
      journal.write(still);
      return await eraseAs({
        ...{ order, journal, goesOn, foreign, from, drive },
        ...{ run: still, begun: { ...begun, nist, hidden } },
      });
    }
    const because = isAtLeast(nist, order.least)
      ? 'The image was made for the size that it has without it'
      : `A ${order.least} is demanded`;
    const why = `It did not give up its hidden area. ${opened.why} ${because}: nothing was erased.`;
    await journal.end();
    return { ...begun, nist, hidden, outcome: 'not-erased', why, seconds: 0 };
  }
  const { drive: grown } = opened;
  order.onGrown?.(grown);
  const now = await client.call('prepareSanitise', look, { signal });
  chooseAsShown(grown, now.abilities, { method, nist: lift.nist });
  const nist = levelOf(method, now.abilities);
  const hidden = [
    ...hiddenReached(method, abilities.hidden.filter(canOpen), { state: 'opened' }),
    ...hiddenReached(method, now.abilities.hidden),
  ];
  const all = { before: now.before, nist, hidden };
  const whole: EraseRun = { ...run, ...all, grown: true, samples: method === 'overwrite' ? [] : now.samples };
  journal.write(whole);
  return await eraseAs({
    ...{ order, journal, goesOn, foreign, from, drive: grown },
    ...{ run: whole, begun: { ...begun, ...all } },
  });
}

function whyLeft({ rack }: Drive): AreasOpened {
  return rack === undefined
    ? { state: 'left' }
    : { state: 'kept', why: 'It is opened at a station itself, and not in a machine of a rack.' };
}

/** The areas that were to be opened, of a drive that has the size that it was to have then. */
function openedBefore({ hidden = [], grows }: EraseRun): Sanitised['hidden'] {
  if (grows === undefined) return [];
  return hidden.filter(canOpen).map(({ kind, bytes }) => ({ kind, bytes, reached: true, opened: true }));
}

interface Begun {
  readonly order: SanitiseOrder;
  readonly journal: EraseJournal;
  readonly run: EraseRun;
  readonly begun: EraseBegun;
  readonly goesOn: boolean;
  readonly foreign: boolean;
  /** Byte. */
  readonly from: number;
  /** As it is now. */
  readonly drive: Drive;
}

/** The erase itself, of a drive of which all is chosen. */
async function eraseAs({
  order,
  journal,
  run,
  begun,
  goesOn,
  foreign,
  from,
  drive,
}: Begun): Promise<Sanitised> {
  const { client, reservation, jobId, stallMilliseconds, signal, onProgress } = order;
  const { method } = run;
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
        if (method !== 'overwrite' || done < overwritten + keptEvery || done > drive.size) return;
        overwritten = done;
        keep(journal, { ...run, overwritten });
      },
    },
  );
  const { outcome, samples: looked } = ended;
  // One that did not come to an end says more than whose it was.
  const isNotOurs = foreign && (outcome === 'erased' || (outcome === 'not-known' && looked !== undefined));
  const verdict: Verdict = isNotOurs ? notOurs : ended;
  logEvent('info', 'erase-ended', { drive: drive.id, method, outcome: verdict.outcome });
  const sanitised: Sanitised = {
    ...begun,
    ...{ outcome: verdict.outcome, why: verdict.why, seconds: ended.seconds },
    ...(ended.samples === undefined ? {} : { samples: ended.samples }),
    ...(ended.bytesReadBack === undefined ? {} : { bytesReadBack: ended.bytesReadBack }),
  };
  if (outcome === 'not-known' || signal.aborted) return sanitised;
  // A job's end is recorded later, perhaps by hours.
  if (jobId === undefined) await journal.end();
  else keep(journal, { ...run, ended: sanitised });
  return sanitised;
}

/** Where it cannot be kept, an erase that is broken off loses time, and a job that is killed says less, and nothing wrong. */
function keep(journal: EraseJournal, run: EraseRun): void {
  try {
    journal.write(run);
  } catch (error) {
    logError('erase-journal', error);
  }
}

const notOurs: Verdict = {
  outcome: 'not-known',
  why: 'The drive was already erasing itself: in which way, and what it held before, is not known. Now it has ended: erase it again.',
};

/** An erase that runs is waited for, where it is not weaker than what was shown. @throws PrestageError sanitise-changed */
function goingOn(
  drive: Drive,
  method: SanitiseMethod,
  abilities: Abilities,
  shown: ShownErase | null,
): SanitiseMethod {
  const level = levelOf(method, abilities);
  if (shown === null || isAtLeast(level, shown.nist)) return method;
  throw new PrestageError({
    code: 'sanitise-changed',
    message: `The ${driveLabel(drive)} was to be erased by ${methodWords(shown.method, shown.nist)}, and is still erasing itself by ${methodWords(method, level)}, which was begun before.`,
    remedy: 'Nothing was touched. Wait until it has ended, list the drives again, and start again.',
  });
}

/**
 * The erase that this station had told a drive to do and that goes on: it is waited for, whatever the drive offers meanwhile. Null: there
 * is none.
 */
export async function eraseGoingOn(
  paths: Pick<StatePaths, 'erasures'>,
  drive: Drive,
  abilities: Abilities,
): Promise<EraseRun | null> {
  const left = await new EraseJournal(paths, drive).read();
  return left !== null && isUnderWay(left.method, abilities) ? left : null;
}

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
