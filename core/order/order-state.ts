import type { WorkOrder } from './order';
import {
  isFailedReading,
  isOfWritten,
  liftsWithGoodReading,
  type WrittenDrive,
} from '../ledger/standing-finding';
import type { LedgerRecord } from '../ledger/record';

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

/** What the ledger says of one machine since the order was opened. */
interface MachineProgress {
  /** `expected`: nothing yet, or a job that was cancelled. */
  readonly state: Exclude<OrderLineState, 'paired'>;
  /** The newest job. */
  readonly jobId: string | null;
  /** What its drive gets; null when there is no job, or only a shipment tells of it. */
  readonly written: WrittenDrive | null;
  /** Another machine's job that began on its finished drive; null when none did. */
  readonly erasedBy: string | null;
  /** Its drive was found wrong: how it stood before, and whether a good reading lifts that. */
  readonly finding: (Standing & { readonly lifts: boolean }) | null;
  /** It failed because its drive did not start in a virtual machine. */
  readonly bootFailed: boolean;
  /** Not in the order, but allowed by an exception. */
  readonly unexpected: boolean;
  /** The newest word that was said about it. */
  readonly reason: string | null;
}

type Standing = Pick<MachineProgress, 'state' | 'bootFailed'>;

/** Everything that the ledger says about an order that was opened. Grows record by record. */
export interface OrderProgress {
  readonly orderId: string;
  /** By serial. */
  readonly machines: ReadonlyMap<string, MachineProgress>;
  readonly closed: boolean;
}

/** An order that was just opened. */
export function newProgress(orderId: string): OrderProgress {
  return { orderId, machines: new Map(), closed: false };
}

const untouched: MachineProgress = {
  state: 'expected',
  jobId: null,
  written: null,
  erasedBy: null,
  finding: null,
  bootFailed: false,
  unexpected: false,
  reason: null,
};

/**
 * Takes the records that followed an order's opening, oldest first. What counts: the order's own, and jobs and
 * shipments of its machines. Of several jobs of a machine the newest counts: it may have erased the drive of the
 * one before.
 */
export function followOrder(
  progress: OrderProgress,
  order: WorkOrder,
  records: Iterable<LedgerRecord>,
): OrderProgress {
  const ordered = new Set(order.machines.map(({ serial }) => serial));
  const machines = new Map(progress.machines);
  let { closed } = progress;
  const change = (serial: string, to: Partial<MachineProgress>): void => {
    machines.set(serial, { ...(machines.get(serial) ?? untouched), ...to });
  };
  for (const record of records) {
    switch (record.kind) {
      case 'job-started':
      case 'job-ended': {
        const { orderId, machineSerial, jobId, previousDiskGuid } = record.job;
        // Another machine's finished drive, known by its disk GUID: that machine has none any more.
        if (record.kind === 'job-started' && typeof previousDiskGuid === 'string') {
          for (const [serial, erased] of machines) {
            const finished = erased.written?.diskGuid === previousDiskGuid && erased.state === 'done';
            if (!finished || serial === machineSerial) continue;
            change(serial, { state: 'failed', bootFailed: false, erasedBy: jobId });
          }
        }
        if (record.kind === 'job-ended' && record.untouched === true) {
          for (const [serial, { erasedBy, state }] of machines) {
            if (erasedBy === jobId && state === 'failed') change(serial, { state: 'done', erasedBy: null });
          }
        }
        const known = ordered.has(machineSerial) || machines.has(machineSerial);
        if (orderId !== progress.orderId && !(orderId === undefined && known)) break;
        const unexpected = !ordered.has(machineSerial);
        const state = record.kind === 'job-started' ? 'writing' : stateOfEnd(record.end.state);
        const fresh = { finding: null, bootFailed: false, erasedBy: null, written: record.job };
        change(machineSerial, { state, jobId, unexpected, ...fresh });
        break;
      }
      case 'drive-verified': {
        // Only a finished job is withdrawn: the machine may have a newer drive by now.
        const known = machines.get(record.machineSerial);
        if (known?.jobId !== record.jobId) break;
        if (isFailedReading(record)) {
          const before = known.finding ?? { state: known.state, bootFailed: known.bootFailed, lifts: true };
          const lifts = before.lifts && liftsWithGoodReading(record, known.written);
          change(record.machineSerial, { state: 'failed', bootFailed: false, finding: { ...before, lifts } });
        } else if (known.finding?.lifts === true) {
          const { state, bootFailed } = known.finding;
          change(record.machineSerial, { state, bootFailed, finding: null });
        }
        break;
      }
      case 'order-exception': {
        if (record.orderId !== progress.orderId) break;
        const { machineSerial, reason, what } = record;
        const unexpected = what === 'unexpected';
        // A second word about a machine that was not ordered says that it is not done after all.
        const again = machines.has(machineSerial);
        change(machineSerial, { reason, unexpected, state: unexpected && !again ? 'expected' : 'left-out' });
        break;
      }
      case 'shipment-closed':
        for (const { machineSerial, jobId } of record.machines) {
          const known = machines.get(machineSerial);
          // One that was finished before the order was opened is packed as well.
          if (known === undefined ? ordered.has(machineSerial) : (known.jobId ?? jobId) === jobId) {
            change(machineSerial, { state: 'packed', jobId });
          }
        }
        break;
      case 'order-closed':
        closed ||= record.orderId === progress.orderId;
        break;
      case 'drive-rehearsed': {
        const known = machines.get(record.machineSerial);
        if (known?.jobId !== record.jobId) break;
        if (known.written !== null && !isOfWritten(record, known.written)) break;
        const passed = record.end.state === 'done';
        change(
          record.machineSerial,
          known.finding === null
            ? afterBootTest(known, passed)
            : { finding: { ...known.finding, ...afterBootTest(known.finding, passed) } },
        );
        break;
      }
      case 'order-opened':
        break;
    }
  }
  return { ...progress, machines, closed };
}

/** A drive that does not start is not done; one that does start in the end is. */
function afterBootTest({ state, bootFailed }: Standing, passed: boolean): Standing {
  if (!passed && state === 'done') return { state: 'failed', bootFailed: true };
  return passed && bootFailed ? { state: 'done', bootFailed: false } : { state, bootFailed };
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
}

/**
 * How an order stands.
 * @param paired serials that have a drive and wait for the start
 */
export function orderView(order: WorkOrder, progress: OrderProgress, paired: ReadonlySet<string>): OrderView {
  const lineOf = (serial: string, unexpected: boolean): OrderLineView => {
    const { state, reason } = progress.machines.get(serial) ?? untouched;
    const waits = paired.has(serial) && state !== 'writing';
    return { serial, state: waits ? 'paired' : state, unexpected, reason };
  };
  const ordered = order.machines.map(({ serial }) => lineOf(serial, false));
  const others = [...progress.machines].filter(([, { unexpected }]) => unexpected);
  const lines = [...ordered, ...others.map(([serial]) => lineOf(serial, true))];
  const counts = Object.fromEntries(orderLineStates.map((state) => [state, 0])) as Record<
    OrderLineState,
    number
  >;
  for (const { state } of lines) counts[state] += 1;
  return { lines, counts, unexpected: others.length, open: lines.filter(isOpen) };
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
