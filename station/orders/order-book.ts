import { randomUUID } from 'node:crypto';
import { sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import type { OrderLine, WorkOrder } from '../../core/order/order';
import {
  followOrder,
  isAllowed,
  newTrail,
  orderView,
  type OrderLineView,
  type OrderTrail,
  type OrderView,
} from '../../core/order/order-state';
import type { LedgerRecord } from '../../core/ledger/record';
import { normalizeSerial, serialProblem } from '../../core/machine/serial';
import type { AppendContext, Ledger } from '../ledger/ledger';
import type { StatePlaces } from '../state/state-paths';
import { orderMismatch, orderNotOpen, orderOpen, orderUnfinished } from './order-errors';
import { openRecord, type OpenRecord } from './open-record';
import { canonicalOrder, keepOrder, keptOrder } from './order-files';

type OrderLedger = Pick<Ledger, 'append' | 'newestOf' | 'find' | 'checkedAfter'>;

/** The order that is open now, as far as it is. */
export interface OpenOrder {
  readonly orderId: string;
  readonly order: WorkOrder;
  /** By serial. */
  readonly lines: ReadonlyMap<string, OrderLine>;
  readonly trail: OrderTrail;
  /** ISO 8601, UTC. */
  readonly openedAt: string;
  readonly openedBy: string;
}

/** An order of the station, open or closed, as lists show it. */
export interface ListedOrder {
  readonly orderId: string;
  readonly number: string;
  readonly machines: number;
  readonly openedAt: string;
  readonly openedBy: string;
  readonly closed: {
    readonly at: string;
    readonly done: number;
    readonly leftOut: number;
    readonly unexpected: number;
  } | null;
}

const nobody: ReadonlySet<string> = new Set();

/** The station's orders. Holds nothing that the ledger does not say; another process may change it meanwhile. */
export class OrderBook {
  readonly #ledger: OrderLedger;
  readonly #places: Pick<StatePlaces, 'orders'>;
  /** What was read so far, up to and including an entry. */
  #read: { readonly open: OpenOrder; readonly upTo: number } | null = null;

  constructor(ledger: OrderLedger, places: Pick<StatePlaces, 'orders'>) {
    this.#ledger = ledger;
    this.#places = places;
  }

  /**
   * The open order, as the ledger says it now; null when none is.
   * @throws PrestageError order-invalid when the station's copy of it is damaged, ledger-broken
   */
  current(): OpenOrder | null {
    const opening = openRecord(this.#ledger);
    if (opening === null) {
      this.#read = null;
      return null;
    }
    if (this.#read?.open.orderId !== opening.record.orderId) this.#read = this.#load(opening);
    const { open, upTo } = this.#read;
    const records: LedgerRecord[] = [];
    let last = upTo;
    for (const { sequence, entry } of this.#ledger.checkedAfter(upTo)) {
      records.push(entry.record);
      last = sequence;
    }
    if (records.length === 0) return open;
    const next = { ...open, trail: followOrder(open.trail, open.order, records) };
    this.#read = { open: next, upTo: last };
    return next;
  }

  /** @throws PrestageError order-not-open, and what {@link current} throws */
  require(): OpenOrder {
    const open = this.current();
    if (open === null) throw orderNotOpen();
    return open;
  }

  #load({ row, record }: OpenRecord): { readonly open: OpenOrder; readonly upTo: number } {
    const order = keptOrder(this.#places, record.number, record.orderSha256);
    const open: OpenOrder = {
      orderId: record.orderId,
      order,
      lines: new Map(order.machines.map((line) => [line.serial, line])),
      trail: newTrail(record.orderId),
      openedAt: row.entry.time,
      openedBy: row.entry.operator,
    };
    return { open, upTo: row.sequence };
  }

  /**
   * Opens an order: its text is on the disk before the ledger names it. The order that is open already may be
   * opened once more when the station's copy of it is damaged: the copy is put back, and nothing else happens.
   * @throws PrestageError order-open, ledger-…
   */
  open(order: WorkOrder, context: AppendContext): OpenOrder {
    const before = openRecord(this.#ledger);
    if (before !== null) {
      const same = before.record.orderSha256 === canonicalOrder(order).sha256;
      if (!same || !this.#isDamaged(before)) throw orderOpen(before.record.number);
      keepOrder(this.#places, order);
      return this.require();
    }
    const orderSha256 = keepOrder(this.#places, order);
    const { number, machines } = order;
    this.#ledger.append(
      { kind: 'order-opened', orderId: randomUUID(), number, orderSha256, machines: machines.length },
      context,
      () => {
        const other = openRecord(this.#ledger);
        if (other !== null) throw orderOpen(other.record.number);
      },
    );
    return this.require();
  }

  #isDamaged({ record }: OpenRecord): boolean {
    try {
      keptOrder(this.#places, record.number, record.orderSha256);
      return false;
    } catch {
      return true;
    }
  }

  /**
   * Records a word about a machine that does not go as ordered. Whether it is left out or unexpected is decided by
   * whether it is in the order.
   * @throws PrestageError order-not-open, order-mismatch when no word is needed, serial-…, usage
   */
  except(serial: string, reason: string, context: AppendContext): OrderLineView {
    const machineSerial = requireSerial(serial);
    const words = sanitizeForDisplay(reason, 400);
    if (words === '') throw noReason();
    const { orderId, lines } = this.require();
    const what = lines.has(machineSerial) ? 'left-out' : 'unexpected';
    this.#ledger.append(
      { kind: 'order-exception', orderId, machineSerial, what, reason: words },
      context,
      () => {
        const now = this.require();
        if (now.orderId !== orderId) throw orderNotOpen();
        const { state } = lineOf(now, machineSerial);
        if (state === 'done' || state === 'packed') {
          throw orderMismatch(`Machine ${machineSerial} is ${state}.`, 'It needs no exception.');
        }
        if (state === 'writing') {
          const remedy = 'Cancel its job, or wait until it has ended.';
          throw orderMismatch(`The drive of machine ${machineSerial} is being written.`, remedy);
        }
      },
    );
    return lineOf(this.require(), machineSerial);
  }

  /**
   * Closes the open order.
   * @param paired serials that have a drive and wait for the start
   * @throws PrestageError order-not-open, order-unfinished with every machine that is open
   */
  close(context: AppendContext, paired: ReadonlySet<string> = nobody): ListedOrder {
    const before = this.require();
    const { orderId } = before;
    const { number } = before.order;
    const record = { kind: 'order-closed' as const, orderId, number, ...sums(viewOf(before, paired)) };
    const { entry } = this.#ledger.append(record, context, () => {
      const now = this.require();
      if (now.orderId !== orderId) throw orderNotOpen();
      const view = viewOf(now, paired);
      if (view.open.length > 0) throw orderUnfinished(number, view.open);
      // Another process may have finished a machine since; the entry is made after this.
      Object.assign(record, sums(view));
    });
    const { done, leftOut, unexpected } = record;
    const { order, openedAt, openedBy } = before;
    const closed = { at: entry.time, done, leftOut, unexpected };
    return { orderId, number, machines: order.machines.length, openedAt, openedBy, closed };
  }

  /** How the open order stands. @throws PrestageError order-not-open */
  view(paired: ReadonlySet<string> = nobody): OrderView {
    return viewOf(this.require(), paired);
  }

  /** All orders, oldest first. */
  list(): ListedOrder[] {
    const closings = new Map(
      this.#ledger.find({ by: 'kind', kind: 'order-closed' }).flatMap(({ entry }) => {
        const { record, time } = entry;
        return record.kind === 'order-closed' ? [[record.orderId, { record, time }] as const] : [];
      }),
    );
    return this.#ledger.find({ by: 'kind', kind: 'order-opened' }).flatMap(({ entry }) => {
      const { record, time, operator } = entry;
      if (record.kind !== 'order-opened') return [];
      const { orderId, number, machines } = record;
      const closing = closings.get(orderId);
      const closed =
        closing === undefined
          ? null
          : {
              at: closing.time,
              done: closing.record.done,
              leftOut: closing.record.leftOut,
              unexpected: closing.record.unexpected,
            };
      return [{ orderId, number, machines, openedAt: time, openedBy: operator, closed }];
    });
  }
}

/** Whether a machine may get a drive while an order is open. */
export function allows({ lines, trail }: OpenOrder, machineSerial: string): boolean {
  return isAllowed(lines, trail, machineSerial);
}

/** How an open order stands. */
export function viewOf({ order, trail }: OpenOrder, paired: ReadonlySet<string> = nobody): OrderView {
  return orderView(order, trail, paired);
}

function lineOf(open: OpenOrder, serial: string): OrderLineView {
  const found = viewOf(open).lines.find((line) => line.serial === serial);
  return found ?? { serial, state: 'expected', unexpected: true, reason: null };
}

/** What the closing entry says. */
function sums({ lines }: OrderView): { done: number; leftOut: number; unexpected: number } {
  const finished = lines.filter(({ state }) => state === 'done' || state === 'packed');
  return {
    done: finished.filter(({ unexpected }) => !unexpected).length,
    leftOut: lines.filter(({ state, unexpected }) => state === 'left-out' && !unexpected).length,
    unexpected: finished.filter(({ unexpected }) => unexpected).length,
  };
}

function requireSerial(text: string): string {
  const serial = normalizeSerial(text);
  const problem = serialProblem(serial);
  if (problem === null) return serial;
  throw new PrestageError({
    code: problem.code,
    message: problem.message,
    remedy: 'Nothing was recorded. Give the serial on the label of the machine.',
  });
}

function noReason(): PrestageError {
  return new PrestageError({
    code: 'usage',
    message: 'The reason is empty.',
    remedy: 'Nothing was recorded. Say in a few words why it does not go as ordered.',
  });
}
