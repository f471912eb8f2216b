import { Emitter } from 'vscode-jsonrpc/node';
import type { AppJob } from '../../core/contract/app-bench';
import { defaultDiskRule, diskRuleWords } from '../../core/drive/disk-rule';
import { diskRuleOf } from '../../core/rack/rack-choices';
import type { OrderState } from '../../core/contract/app-order';
import type { Pair } from '../../core/pairing/pairing-state';
import { sanitizeForDisplay } from '../../core/base/display';
import { PrestageError, toErrorData } from '../../core/base/errors';
import type { WorkOrder } from '../../core/order/order';
import { modelIdsText, modelText } from '../../core/machine/machine-details';
import { replacedBy, replacedText } from '../../core/machine/replaced-computer';
import { problemText } from '../../core/order/order-file';
import { orderLineStates, type OrderLineView } from '../../core/order/order-state';
import type { AppendContext, Ledger } from '../ledger/ledger';
import { termsOf } from '../jobs/plan-machines';
import { openRecord, type OpenRecord } from '../orders/open-record';
import { OrderBook } from '../orders/order-book';
import { orderOpen } from '../orders/order-errors';
import { allows, viewOf, type OpenOrder } from '../orders/order-reader';
import { parseOrder, readOrderFile, type SentOrder } from '../orders/order-files';
import { recordReturn, returnText, type ReturnRequest } from '../orders/returns';
import type { StatePaths } from '../state/state-paths';
import type { ScanSettings } from '../../core/scan/scan-settings';
import type { OrderLeft } from '../../core/flow/flow';
import { isRunning } from '../../core/job/job';

export interface OrderServiceDependencies {
  readonly ledger: Ledger;
  readonly paths: StatePaths;
  /** Who does it, and with what. Resolves when what an earlier run left open is recorded. */
  readonly context: () => Promise<AppendContext>;
  readonly pairs: () => readonly Pair[];
  readonly jobs: () => readonly AppJob[];
  readonly scanSettings: () => ScanSettings;
  /** What the dates of the media that it is for say against an order: whole sentences. */
  readonly dateNotices: (order: WorkOrder) => readonly string[];
  /** What a batch would refuse of the open order, or warn of: sentences. */
  readonly problems: (open: OpenOrder) => string[];
  /** The number that drives are recorded under; empty: none. */
  readonly workOrder: () => string;
}

/** Lines that the page is told. A bench works through some hundred; a list of a whole company would be slow. */
const maxLines = 2000;

/** The open order as the screen shows it, and what can be done to it there. */
export class OrderService {
  readonly #changed = new Emitter<void>();
  readonly onChange = this.#changed.event;
  readonly #replaced = new Emitter<OpenOrder['order'] | null>();
  /** Another order is open now, or none (null). */
  readonly onOrder = this.#replaced.event;
  readonly #dependencies: OrderServiceDependencies;
  readonly #book: OrderBook;
  /** What the state was made of last: most changes of the bench change nothing here. */
  #shown = '';
  #changes = 0;

  constructor(dependencies: OrderServiceDependencies) {
    this.#dependencies = dependencies;
    this.#book = new OrderBook(dependencies.ledger, dependencies.paths);
  }

  /** Null while no order is open, and when the station's copy of it is damaged: then nothing can be started. */
  get current(): OpenOrder | null {
    try {
      return this.#book.current();
    } catch (error) {
      if (error instanceof PrestageError && error.code === 'order-invalid') return null;
      throw error;
    }
  }

  get state(): OrderState | null {
    try {
      const open = this.#book.current();
      return open === null ? null : stateOf(open, this.#atWork(), this.#dependencies.problems(open));
    } catch (error) {
      return this.#damaged(error);
    }
  }

  /** Null when the ledger cannot even say what is open: whoever asks it next is told why. */
  #damaged(error: unknown): OrderState | null {
    try {
      const opening = openRecord(this.#dependencies.ledger);
      return opening === null ? null : damagedState(opening, error);
    } catch {
      return null;
    }
  }

  /** Number of the order that is open, also when the station's copy of it is damaged; null: none is. */
  get openNumber(): string | null {
    try {
      return this.#book.current()?.order.number ?? null;
    } catch {
      return openRecord(this.#dependencies.ledger)?.record.number ?? null;
    }
  }

  /**
   * A number without a list is only taken while no list is open.
   * @throws PrestageError order-open
   */
  requireNumber(number: string): void {
    const open = this.openNumber;
    if (open !== null && open !== number) throw orderOpen(open);
  }

  /** Counts what was said of the order itself: opened, closed, exceptions, shipments. */
  get changes(): number {
    return this.#changes;
  }

  /** What is left of the open order; null while none is open, or its copy is damaged. */
  get left(): OrderLeft | null {
    const open = this.current;
    if (open === null) return null;
    const { counts, open: lines } = viewOf(open, this.#atWork());
    return { open: lines.length, toShip: counts.done };
  }

  /** Whether the open order has a line for a machine, ordered or not. */
  lists(machineSerial: string): boolean {
    const open = this.current;
    if (open === null) return false;
    return open.lines.has(machineSerial) || open.progress.machines.has(machineSerial);
  }

  /** The ledger says something new of it: a shipment was closed. */
  refresh(): void {
    this.#saidOf();
  }

  /** Whether a machine may get a drive. */
  allows(machineSerial: string): boolean {
    const open = this.current;
    return open === null || allows(open, machineSerial);
  }

  /** Whether the open order itself names a machine. */
  names(machineSerial: string): boolean {
    return this.current?.lines.has(machineSerial) === true;
  }

  /** Pairs or jobs changed: tells so when that means something to the order. */
  reconsider(): void {
    const jobs = this.#dependencies
      .jobs()
      .map(({ machineSerial, state, ledgerEntry }) => [machineSerial, state.state, ledgerEntry]);
    const shown = JSON.stringify([this.#dependencies.pairs().map((pair) => pair.machineSerial), jobs]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#changed.fire();
  }

  /** @throws PrestageError order-… */
  async openText(text: string, number: string): Promise<{ warnings: string[] }> {
    return await this.#open(
      parseOrder('that was typed', text, orNull(number), this.#dependencies.scanSettings()),
    );
  }

  /** @throws PrestageError order-… */
  async openFile(path: string, number: string): Promise<{ warnings: string[] }> {
    return await this.#open(readOrderFile(path, orNull(number), this.#dependencies.scanSettings()));
  }

  async #open({ order, warnings }: SentOrder): Promise<{ warnings: string[] }> {
    const context = await this.#dependencies.context();
    const before = this.#dependencies.workOrder();
    this.#book.open(order, context);
    this.#changes += 1;
    this.#replaced.fire(order);
    this.#changed.fire();
    const other = before === '' || before === order.number ? [] : [otherNumber(before, order.number)];
    const late = this.#dependencies.dateNotices(order);
    return { warnings: [...other, ...late, ...warnings.map(problemText)] };
  }

  /** @throws PrestageError order-…, serial-…, usage */
  async except(machineSerial: string, reason: string): Promise<void> {
    const context = await this.#dependencies.context();
    this.#book.except(machineSerial, reason, context, this.#dependencies.scanSettings());
    this.#saidOf();
  }

  /** A replaced computer came back. @returns what was recorded, as a sentence @throws PrestageError return-…, serial-… */
  async returnComputer(request: ReturnRequest): Promise<string> {
    const context = await this.#dependencies.context();
    const record = recordReturn(request, this.#dependencies, context, this.#dependencies.scanSettings());
    this.#saidOf();
    return returnText(record);
  }

  /** @throws PrestageError order-not-open, order-unfinished */
  async close(): Promise<void> {
    const context = await this.#dependencies.context();
    this.#book.close(context, this.#atWork());
    this.#changes += 1;
    this.#replaced.fire(null);
    this.#changed.fire();
  }

  #saidOf(): void {
    this.#changes += 1;
    this.#changed.fire();
  }

  /** Serials that have a drive: paired, or with a job that the ledger may not know yet. */
  #atWork(): Set<string> {
    const { pairs, jobs } = this.#dependencies;
    const running = jobs().filter(isRunning);
    return new Set([...pairs(), ...running].map(({ machineSerial }) => machineSerial));
  }
}

/** The number that was set before is told: two never take each other's place in silence. */
function otherNumber(before: string, now: string): string {
  const [one, other] = [before, now].map((number) => sanitizeForDisplay(number, 60));
  return `Work order ${one ?? ''} was set before, without a list. From now on drives are recorded under ${other ?? ''}.`;
}

function orNull(number: string): string | null {
  return number.trim() === '' ? null : number;
}

function stateOf(open: OpenOrder, atWork: ReadonlySet<string>, problems: string[]): OrderState {
  const { machines } = open.order;
  const terms = termsOf(open.order);
  const { disk } = terms;
  const view = viewOf(open, atWork);
  const lines = view.lines.length <= maxLines ? view.lines : firstOf(view.lines);
  return {
    ...{ ...terms, openedAt: open.openedAt, openedBy: open.openedBy },
    disk:
      disk === null
        ? null
        : diskRuleWords(diskRuleOf(undefined, { order: { disk }, recipe: null }, defaultDiskRule)),
    problems,
    machines: machines.length,
    counts: view.counts,
    unexpected: view.unexpected,
    open: view.open.length,
    returns: view.returns,
    lines: lines.map((line) => {
      const ordered = open.lines.get(line.serial);
      const { assetTag = null, computerName = null, firmwareTrust = null } = ordered ?? {};
      const model = ordered === undefined ? null : modelText(ordered);
      const ids = ordered === undefined ? null : modelIdsText(ordered);
      const old = ordered === undefined ? null : replacedBy(ordered);
      const replaces = old === null ? null : replacedText(old);
      const returned = open.progress.returned.has(line.serial);
      return { ...line, assetTag, computerName, model, ids, firmwareTrust, replaces, returned };
    }),
    hidden: view.lines.length - lines.length,
    error: null,
  };
}

/** What wants a hand comes before what is done. */
function firstOf(lines: readonly OrderLineView[]): OrderLineView[] {
  const rank = ({ state }: OrderLineView): number => orderLineStates.indexOf(state);
  return lines.toSorted((a, b) => rank(a) - rank(b)).slice(0, maxLines);
}

function damagedState({ row, record }: OpenRecord, error: unknown): OrderState {
  const none = Object.fromEntries(orderLineStates.map((state) => [state, 0]));
  return {
    number: record.number,
    openedAt: row.entry.time,
    openedBy: row.entry.operator,
    mediaSha256: null,
    imageIndex: null,
    layout: null,
    shipBy: null,
    ...{ firmwareTrust: null, atEnd: null, disk: null },
    problems: [],
    machines: record.machines,
    counts: none as OrderState['counts'],
    unexpected: 0,
    open: record.machines,
    returns: null,
    lines: [],
    hidden: 0,
    error: toErrorData(error),
  };
}
