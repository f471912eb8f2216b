import { randomUUID } from 'node:crypto';
import { sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { normalizeSerial } from '../../core/machine/serial';
import type { ScanSettings } from '../../core/scan/scan-settings';
import { readTypedSerial } from '../../core/scan/typed-serial';
import { replacedBy } from '../../core/machine/replaced-computer';
import type { WorkOrder } from '../../core/order/order';
import type { OrderLineView, OrderView } from '../../core/order/order-state';
import type { AppendContext, Ledger } from '../ledger/ledger';
import type { StatePaths } from '../state/state-paths';
import { openRecord, type OpenRecord } from './open-record';
import { orderMismatch, orderNotOpen, orderOpen, orderUnfinished } from './order-errors';
import { canonicalOrder, keepOrder, storedOrder } from './order-files';
import {
  nobodyPaired,
  OrderReader,
  viewOf,
  type ListedOrder,
  type OpenOrder,
  type OrderLedger,
} from './order-reader';

/** Opens and closes the station's orders, and records exceptions. */
export class OrderBook extends OrderReader {
  readonly #ledger: OrderLedger & Pick<Ledger, 'append'>;

  constructor(ledger: OrderLedger & Pick<Ledger, 'append'>, paths: Pick<StatePaths, 'orders'>) {
    super(ledger, paths);
    this.#ledger = ledger;
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
      keepOrder(this.paths, order);
      return this.require();
    }
    const orderSha256 = keepOrder(this.paths, order);
    const { number, machines } = order;
    const replacing = machines.filter((line) => replacedBy(line) !== null).length;
    this.#ledger.append(
      {
        ...{ kind: 'order-opened', orderId: randomUUID(), number, orderSha256, machines: machines.length },
        ...(replacing === 0 ? {} : { replacing }),
      },
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
      storedOrder(this.paths, record.number, record.orderSha256);
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
  except(serial: string, reason: string, context: AppendContext, settings: ScanSettings): OrderLineView {
    const words = sanitizeForDisplay(reason, 400);
    if (words === '') throw noReason();
    const { orderId, lines } = this.require();
    const machineSerial = requireSerial(serial, lines, settings);
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
  close(context: AppendContext, paired: ReadonlySet<string> = nobodyPaired): ListedOrder {
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
    const { returns } = viewOf(before);
    return { orderId, number, machines: order.machines.length, openedAt, openedBy, returns, closed };
  }
}

function lineOf(open: OpenOrder, serial: string): OrderLineView {
  const found = viewOf(open).lines.find((line) => line.serial === serial);
  return found ?? { serial, state: 'expected', unexpected: true, reason: null, against: null };
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

/** A machine that the order names is one, whatever form its serial has. */
function requireSerial(text: string, lines: ReadonlyMap<string, unknown>, settings: ScanSettings): string {
  const plain = normalizeSerial(text);
  if (lines.has(plain)) return plain;
  const typed = readTypedSerial(text, settings);
  if (typed.problem === null) return typed.serial;
  const { problem } = typed;
  throw new PrestageError({
    code: problem.code,
    message: problem.message,
    remedy: 'Nothing was recorded. Enter the serial from the label of the machine.',
  });
}

function noReason(): PrestageError {
  return new PrestageError({
    code: 'usage',
    message: 'The reason is empty.',
    remedy: 'Nothing was recorded. Give the reason for the exception in a few words.',
  });
}
