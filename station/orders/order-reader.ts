import type { LedgerRecord, RecordedDrive } from '../../core/ledger/record';
import type { OrderLine, WorkOrder } from '../../core/order/order';
import {
  followOrder,
  isAllowed,
  newProgress,
  orderView,
  type OrderProgress,
  type OrderView,
} from '../../core/order/order-state';
import type { LedgerReader } from '../ledger/ledger-reader';
import type { StatePaths } from '../state/state-paths';
import { openRecord, type OpenRecord } from './open-record';
import { orderNotOpen } from './order-errors';
import { storedOrder } from './order-files';

/** The station's work orders as the ledger has them: the open one and how far it is, and those that were closed. */

export type OrderLedger = Pick<LedgerReader, 'newestOf' | 'find' | 'checkedAfter' | 'isIdentityShared'>;

/** The order that is open now, as far as it is. */
export interface OpenOrder {
  readonly orderId: string;
  readonly order: WorkOrder;
  /** By serial. */
  readonly lines: ReadonlyMap<string, OrderLine>;
  readonly progress: OrderProgress;
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
  /** Computers that its machines replace, and how many came back; null: it names none. */
  readonly returns: { readonly expected: number; readonly returned: number } | null;
  readonly closed: {
    readonly at: string;
    readonly done: number;
    readonly leftOut: number;
    readonly unexpected: number;
  } | null;
}

/** No machine waits for the start. */
export const nobodyPaired: ReadonlySet<string> = new Set();

/**
 * What the ledger says of the station's orders. Holds nothing that the ledger does not say; another process may
 * change it meanwhile.
 */
export class OrderReader {
  readonly #ledger: OrderLedger;
  protected readonly paths: Pick<StatePaths, 'orders'>;
  /** What was read so far, up to and including an entry. */
  #read: { readonly open: OpenOrder; readonly upTo: number } | null = null;

  constructor(ledger: OrderLedger, paths: Pick<StatePaths, 'orders'>) {
    this.#ledger = ledger;
    this.paths = paths;
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
    const isShared = (drive: RecordedDrive): boolean => this.#ledger.isIdentityShared(drive);
    const next = { ...open, progress: followOrder(open.progress, open.order, records, isShared) };
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
    const order = storedOrder(this.paths, record.number, record.orderSha256);
    const open: OpenOrder = {
      orderId: record.orderId,
      order,
      lines: new Map(order.machines.map((line) => [line.serial, line])),
      progress: newProgress(record.orderId),
      openedAt: row.entry.time,
      openedBy: row.entry.operator,
    };
    return { open, upTo: row.sequence };
  }

  /** How the open order stands. @throws PrestageError order-not-open */
  view(paired: ReadonlySet<string> = nobodyPaired): OrderView {
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
    const returned = new Map<string, number>();
    for (const { entry } of this.#ledger.find({ by: 'kind', kind: 'machine-returned' })) {
      if (entry.record.kind !== 'machine-returned' || entry.record.orderId === undefined) continue;
      const { orderId } = entry.record;
      returned.set(orderId, (returned.get(orderId) ?? 0) + 1);
    }
    return this.#ledger.find({ by: 'kind', kind: 'order-opened' }).flatMap(({ entry }) => {
      const { record, time, operator } = entry;
      if (record.kind !== 'order-opened') return [];
      const { orderId, number, machines, replacing } = record;
      const returns =
        replacing === undefined ? null : { expected: replacing, returned: returned.get(orderId) ?? 0 };
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
      return [{ orderId, number, machines, openedAt: time, openedBy: operator, returns, closed }];
    });
  }
}

/** Whether a machine may get a drive while an order is open. */
export function allows({ lines, progress }: OpenOrder, machineSerial: string): boolean {
  return isAllowed(lines, progress, machineSerial);
}

/** How an open order stands. */
export function viewOf(
  { order, progress }: OpenOrder,
  paired: ReadonlySet<string> = nobodyPaired,
): OrderView {
  return orderView(order, progress, paired);
}
