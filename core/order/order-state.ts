import { z } from 'zod';
import { erasureBy, type BegunOn } from '../ledger/erasure';
import {
  isFailedReading,
  isOfWritten,
  liftsWithGoodReading,
  type WrittenDrive,
} from '../ledger/standing-finding';
import type { JobDetails, LedgerRecord, RecordedDrive } from '../ledger/record';
import { replacedBy } from '../machine/replaced-computer';
import type { WorkOrder } from './order';

/** Where a machine of an order stands; what wants a hand first. After a job that was cancelled it is expected again. */
export const orderLineStates = [
  'failed',
  'interrupted',
  'writing',
  'paired',
  'expected',
  'done',
  'packed',
  'left-out',
] as const;
export type OrderLineState = (typeof orderLineStates)[number];

/** A later job on a finished drive. */
type Eraser = BegunOn & Pick<JobDetails, 'jobId' | 'machineSerial'>;

/** What may speak against a finished drive: another job erased it, or may have; it was found wrong; it did not start. */
export const againstDriveSchema = z.strictObject({
  what: z.enum(['erased', 'perhaps-erased', 'found-wrong', 'boot-failed']),
  /** Whose job it was that erased the drive, or may have; null where none did. */
  machineSerial: z.string().nullable(),
});
export type AgainstDrive = Readonly<z.infer<typeof againstDriveSchema>>;

/** What the ledger says of one machine since the order was opened. What stands against its drive is kept apart (stateOf). */
interface MachineProgress {
  /** What its newest job became, or what was said of it or shipped since. `expected`: nothing yet, or a job that was cancelled. */
  readonly state: Exclude<OrderLineState, 'paired'>;
  /** The newest job. */
  readonly jobId: string | null;
  /** What its drive gets; null when there is no job, or only a shipment tells of it. */
  readonly written: WrittenDrive | null;
  /** Other machines' jobs that began on its finished drive, or may have. */
  readonly erasedBy: readonly Eraser[];
  /** Its drive was found wrong: whether a good reading lifts that. */
  readonly finding: { readonly lifts: boolean } | null;
  /** Its drive did not start in a virtual machine. */
  readonly bootFailed: boolean;
  /** How it stood when its newest job began, until that has written something: it may end before. Null: it had no job. */
  readonly before: MachineProgress | null;
  /** Not in the order, but allowed by an exception. */
  readonly unexpected: boolean;
  /** The newest word that was said about it. */
  readonly reason: string | null;
}

/** Everything that the ledger says about an order that was opened. Grows record by record. */
export interface OrderProgress {
  readonly orderId: string;
  /** By serial. */
  readonly machines: ReadonlyMap<string, MachineProgress>;
  /** Jobs whose drives are known to share serial, WWN and size with others; only of those that may have erased one. */
  readonly shared: ReadonlySet<string>;
  readonly closed: boolean;
  /** Machines whose replaced computers came back, by serial. */
  readonly returned: ReadonlySet<string>;
}

/** An order that was just opened. */
export function newProgress(orderId: string): OrderProgress {
  return { orderId, machines: new Map(), shared: new Set(), closed: false, returned: new Set() };
}

/** Nothing stands against its drive. */
const nothingAgainst = { erasedBy: [], finding: null, bootFailed: false } as const;

const nothingKnown: MachineProgress = {
  ...{ state: 'expected', jobId: null, written: null, before: null },
  ...nothingAgainst,
  ...{ unexpected: false, reason: null },
};

/** Where a machine stands, by everything that is known of it. */
function stateOf(known: MachineProgress, shared: OrderProgress['shared']): MachineProgress['state'] {
  return againstOf(known, shared) === null ? known.state : 'failed';
}

/** What speaks against a machine's finished drive: the worst of it. */
function againstOf(
  { written, erasedBy, finding, bootFailed }: MachineProgress,
  shared: OrderProgress['shared'],
): AgainstDrive | null {
  let perhaps: Eraser | null = null;
  for (const eraser of erasedBy) {
    const erased = written === null ? 'none' : erasureBy(eraser, written, shared.has(eraser.jobId));
    if (erased === 'certain') return { what: 'erased', machineSerial: eraser.machineSerial };
    if (erased === 'perhaps') perhaps ??= eraser;
  }
  if (finding !== null) return { what: 'found-wrong', machineSerial: null };
  if (bootFailed) return { what: 'boot-failed', machineSerial: null };
  return perhaps === null ? null : { what: 'perhaps-erased', machineSerial: perhaps.machineSerial };
}

/** Changes what is known of a machine, also of the job before a newer one, which may come to count again. */
function changeWhere(
  known: MachineProgress,
  applies: (one: MachineProgress) => boolean,
  change: (one: MachineProgress) => Partial<MachineProgress>,
): MachineProgress {
  const before = known.before === null ? null : changeWhere(known.before, applies, change);
  return { ...known, before, ...(applies(known) ? change(known) : {}) };
}

/** Whether a job begins on the finished drive of another machine, or may. That its serial is shared may be known later. */
function mayErase(begun: JobDetails, { state, written }: MachineProgress): boolean {
  return state === 'done' && written !== null && erasureBy(begun, written, false) !== 'none';
}

/** Jobs that may have erased a drive and are known to have had one of several with the same serial. */
function sharedAmong(
  machines: OrderProgress['machines'],
  isShared: (drive: RecordedDrive) => boolean,
): ReadonlySet<string> {
  const shared = new Set<string>();
  const look = ({ erasedBy, before }: MachineProgress): void => {
    for (const { jobId, drive } of erasedBy) if (isShared(drive)) shared.add(jobId);
    if (before !== null) look(before);
  };
  for (const machine of machines.values()) look(machine);
  return shared;
}

/**
 * Takes the records that followed an order's opening, oldest first. What counts: the order's own, and jobs and
 * shipments of its machines. Of several jobs of a machine the newest counts: it may have erased the drive of the
 * one before, unless it ended before its first destructive write.
 * @param isShared whether the ledger knows several drives with the serial, WWN and size of this one
 */
export function followOrder(
  progress: OrderProgress,
  order: WorkOrder,
  records: Iterable<LedgerRecord>,
  isShared: (drive: RecordedDrive) => boolean = () => false,
): OrderProgress {
  const ordered = new Set(order.machines.map(({ serial }) => serial));
  const machines = new Map(progress.machines);
  const returned = new Set(progress.returned);
  let { closed } = progress;
  const isOurs = (serial: string): boolean => ordered.has(serial) || machines.has(serial);
  const change = (serial: string, to: Partial<MachineProgress>): void => {
    machines.set(serial, { ...(machines.get(serial) ?? nothingKnown), ...to });
  };
  const changeJob = (
    { machineSerial, jobId }: { readonly machineSerial: string; readonly jobId: string },
    to: (known: MachineProgress) => Partial<MachineProgress>,
  ): void => {
    const known = machines.get(machineSerial);
    if (known === undefined) return;
    const changed = changeWhere(known, (one) => one.jobId === jobId, to);
    machines.set(machineSerial, changed);
  };
  for (const record of records) {
    switch (record.kind) {
      case 'job-started': {
        const { orderId, machineSerial, jobId, drive, attachment, previousDiskGuid } = record.job;
        const eraser: Eraser = { jobId, machineSerial, drive, attachment, previousDiskGuid };
        for (const [serial, other] of machines) {
          if (serial === machineSerial) continue;
          const erased = ({ erasedBy }: MachineProgress): Partial<MachineProgress> => ({
            erasedBy: [...erasedBy, eraser],
          });
          machines.set(
            serial,
            changeWhere(other, (one) => mayErase(record.job, one), erased),
          );
        }
        const known = machines.get(machineSerial);
        if (orderId !== progress.orderId && !(orderId === undefined && isOurs(machineSerial))) break;
        change(machineSerial, {
          ...{ state: 'writing', jobId, unexpected: !ordered.has(machineSerial), written: record.job },
          ...nothingAgainst,
          // Who begins one that was left out takes that word back.
          before: known === undefined || known.jobId === null || known.state === 'left-out' ? null : known,
        });
        break;
      }
      case 'job-ended': {
        const { orderId, machineSerial, jobId } = record.job;
        if (record.untouched === true) {
          const named = ({ erasedBy }: MachineProgress): boolean =>
            erasedBy.some((one) => one.jobId === jobId);
          for (const [serial, other] of machines) {
            const spared = ({ erasedBy }: MachineProgress): Partial<MachineProgress> => ({
              erasedBy: erasedBy.filter((one) => one.jobId !== jobId),
            });
            machines.set(serial, changeWhere(other, named, spared));
          }
        }
        if (orderId !== progress.orderId && !(orderId === undefined && isOurs(machineSerial))) break;
        const known = machines.get(machineSerial);
        if (record.untouched === true && known?.jobId === jobId && known.before !== null) {
          machines.set(machineSerial, known.before);
          break;
        }
        change(machineSerial, {
          ...{ state: stateOfEnd(record.end.state), jobId, written: record.job },
          ...{ unexpected: !ordered.has(machineSerial), before: null },
          ...nothingAgainst,
        });
        break;
      }
      case 'drive-verified':
        // Only a finished job is withdrawn: the machine may have a newer drive by now.
        changeJob(record, ({ finding, written }) => {
          const standing = finding?.lifts === false ? finding : null;
          // What was read well is not what another job erased.
          if (!isFailedReading(record)) return { finding: standing, erasedBy: [] };
          return { finding: standing ?? { lifts: liftsWithGoodReading(record, written) } };
        });
        break;
      case 'order-exception': {
        if (record.orderId !== progress.orderId) break;
        const { machineSerial, reason, what } = record;
        const unexpected = what === 'unexpected';
        // A second word about a machine that was not ordered says that it is not done after all.
        const again = machines.has(machineSerial);
        const state = unexpected && !again ? 'expected' : 'left-out';
        change(machineSerial, { ...{ reason, unexpected, state, before: null }, ...nothingAgainst });
        break;
      }
      case 'shipment-closed':
        for (const packed of record.machines) {
          const { machineSerial, jobId } = packed;
          const known = machines.get(machineSerial);
          if (known !== undefined && known.jobId !== null) {
            changeJob(packed, () => ({ state: 'packed', ...nothingAgainst }));
          } else if (known !== undefined || ordered.has(machineSerial)) {
            // One that was finished before the order was opened is packed as well.
            change(machineSerial, { state: 'packed', jobId });
          }
        }
        break;
      case 'machine-returned':
        if (record.orderId === progress.orderId && record.replacedBy !== null) {
          returned.add(record.replacedBy);
        }
        break;
      case 'order-closed':
        closed ||= record.orderId === progress.orderId;
        break;
      case 'drive-rehearsed':
        changeJob(record, ({ state, written, bootFailed }) => {
          if (written !== null && !isOfWritten(record, written)) return {};
          // A drive that does not start is not done; one that does start in the end is.
          if (record.end.state === 'done') return { bootFailed: false };
          return { bootFailed: bootFailed || state === 'done' };
        });
        break;
      case 'order-opened':
      case 'drive-sanitised':
      case 'size-checked':
      case 'station-disk':
      case 'got-from-station':
      case 'machine-ended':
        break;
    }
  }
  return { ...progress, machines, shared: sharedAmong(machines, isShared), closed, returned };
}

function stateOfEnd(end: 'done' | 'failed' | 'cancelled' | 'interrupted'): MachineProgress['state'] {
  return end === 'cancelled' ? 'expected' : end;
}

/** A machine of an order, or one that came beside it. */
export interface OrderLineView {
  readonly serial: string;
  readonly state: OrderLineState;
  /** Not in the order. */
  readonly unexpected: boolean;
  /** The newest word that was said about it. */
  readonly reason: string | null;
  /** What speaks against its finished drive, and keeps it from being done; null: nothing. */
  readonly against: AgainstDrive | null;
}

export interface OrderView {
  /** The order's lines in its own order, then the unexpected ones as they came. */
  readonly lines: readonly OrderLineView[];
  /** How many lines are in each state; they add up to all lines, the unexpected ones too. */
  readonly counts: Readonly<Record<OrderLineState, number>>;
  /** How many are not in the order. */
  readonly unexpected: number;
  /** What keeps the order from being closed. */
  readonly open: readonly OrderLineView[];
  /** Computers that its machines replace, and how many of them came back; null: it names none. */
  readonly returns: { readonly expected: number; readonly returned: number } | null;
}

/**
 * How an order stands.
 * @param paired serials that have a drive and wait for the start
 */
export function orderView(order: WorkOrder, progress: OrderProgress, paired: ReadonlySet<string>): OrderView {
  const lineOf = (serial: string, unexpected: boolean): OrderLineView => {
    const known = progress.machines.get(serial) ?? nothingKnown;
    const { reason } = known;
    const state = stateOf(known, progress.shared);
    const waits = paired.has(serial) && state !== 'writing';
    const against = againstOf(known, progress.shared);
    return { serial, state: waits ? 'paired' : state, unexpected, reason, against };
  };
  const ordered = order.machines.map(({ serial }) => lineOf(serial, false));
  const others = [...progress.machines].filter(([, { unexpected }]) => unexpected);
  const lines = [...ordered, ...others.map(([serial]) => lineOf(serial, true))];
  const counts = Object.fromEntries(orderLineStates.map((state) => [state, 0])) as Record<
    OrderLineState,
    number
  >;
  for (const { state } of lines) counts[state] += 1;
  const pairs = order.machines.filter((line) => replacedBy(line) !== null);
  const returned = pairs.filter(({ serial }) => progress.returned.has(serial)).length;
  const returns = pairs.length === 0 ? null : { expected: pairs.length, returned };
  return { lines, counts, unexpected: others.length, open: lines.filter(isOpen), returns };
}

/** Whether something is still to be done, or to be said, about a machine. */
export function isOpen({ state, unexpected }: Pick<OrderLineView, 'state' | 'unexpected'>): boolean {
  switch (state) {
    case 'done':
    case 'packed':
    case 'left-out':
      return false;
    case 'expected':
      // Nobody asked for it: that it may be done does not mean that it must.
      return !unexpected;
    case 'failed':
    case 'interrupted':
    case 'writing':
    case 'paired':
      return true;
  }
}

/** Whether a machine may get a drive while the order is open: it was ordered, or a word was said about it. */
export function isAllowed(
  order: Pick<ReadonlySet<string>, 'has'>,
  progress: OrderProgress,
  serial: string,
): boolean {
  return order.has(serial) || progress.machines.get(serial)?.unexpected === true;
}
