import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { BundleReport, ShipList, ShipmentPapers } from '../../../core/contract/app-shipments';
import { shipmentNumberSchema } from '../../../core/shipment/shipment';
import { act, forgetScan } from '../../actions';

interface ShipState {
  /** Null until it was read. */
  readonly list: ShipList | null;
  readonly doing: 'nothing' | 'reading' | 'closing';
  /** Of the last bundle that was made; null when it was closed. */
  readonly report: BundleReport | null;
  /** As it was typed or scanned; null: nobody did, and {@link proposedNumber} counts. */
  readonly number: string | null;
  /** SHIP was scanned without a number: what is scanned next and names no line is one. */
  readonly asksNumber: boolean;
  /** Null: all orders; empty: those without one. */
  readonly order: string | null;
  /** Serials. */
  readonly chosen: ReadonlySet<string>;
  /** The line that was scanned last; `number` counts scans. */
  readonly scanned: { readonly serial: string; readonly number: number } | null;
  readonly sort: ShipOrder;
  /** What is shown to be printed; null: the screen itself. */
  readonly papers: { readonly paper: Paper; readonly content: ShipmentPapers } | null;
}

/** How the machines that wait can be sorted. */
export const shipOrders = ['bay', 'machine', 'newest'] as const;
export type ShipOrder = (typeof shipOrders)[number];

/** What is printed for a shipment. */
export const papers = ['packing-list', 'labels'] as const;
export type Paper = (typeof papers)[number];

/** Apart from the screen: what was ticked must not go when another screen is looked at. */
export const shipStore = createStore<ShipState>(() => ({
  list: null,
  doing: 'nothing',
  report: null,
  number: null,
  asksNumber: false,
  order: null,
  chosen: new Set(),
  scanned: null,
  sort: 'bay',
  papers: null,
}));

/** A part of it. */
export function useShip<T>(selector: (state: ShipState) => T): T {
  return useStore(shipStore, selector);
}

export type Waiting = readonly ShipList['waiting'][number][];

/** Orders that machines wait for, each once; empty: machines without one. */
export function ordersIn(waiting: Waiting): string[] {
  return [...new Set(waiting.map(({ orderNumber }) => orderNumber ?? ''))].sort();
}

/** Machines of the order that is shown. */
export function shownOf(waiting: Waiting, order: string | null): Waiting {
  return order === null ? waiting : waiting.filter(({ orderNumber }) => (orderNumber ?? '') === order);
}

/** `bay 2` before `bay 10`. */
const natural = new Intl.Collator('en', { numeric: true });

/** Machines in the order in which they are looked for. The newest first is the order of the station's list. */
export function sortedBy(sort: ShipOrder, waiting: Waiting): Waiting {
  switch (sort) {
    case 'newest':
      return waiting;
    case 'machine':
      return waiting.toSorted((one, other) => natural.compare(one.machineSerial, other.machineSerial));
    case 'bay':
      // Those of no bay last.
      return waiting.toSorted(
        (one, other) =>
          Number(one.bay === null) - Number(other.bay === null) ||
          natural.compare(one.bay ?? '', other.bay ?? '') ||
          natural.compare(one.machineSerial, other.machineSerial),
      );
  }
}

/**
 * The number that a shipment has when nobody says another: the work order's, and behind it how many shipments it has had. Empty
 * where the machines that are ticked have no work order, or more than one.
 */
export function proposedNumber(chosen: Waiting, shipped: readonly { readonly number: string }[]): string {
  const [order = '', ...others] = ordersIn(chosen);
  if (others.length > 0 || !shipmentNumberSchema.safeParse(order).success) return '';
  const taken = new Set(shipped.map(({ number }) => number));
  let proposed = order;
  for (let next = 2; taken.has(proposed); next += 1) proposed = `${order}-${next}`;
  return shipmentNumberSchema.safeParse(proposed).success ? proposed : '';
}

/** What is ticked and shown, and the number that its shipment would have. */
export function shipmentToClose({ list, order, chosen, number }: ShipState): {
  readonly ticked: Waiting;
  readonly number: string;
} {
  const ticked = shownOf(list?.waiting ?? [], order).filter(({ machineSerial }) => chosen.has(machineSerial));
  return { ticked, number: (number ?? proposedNumber(ticked, list?.shipments ?? [])).trim() };
}

/** Why the shipment cannot be closed yet. */
export type ShipRefusal = 'nothing-chosen' | 'mixed-orders' | 'number-missing' | 'number-wrong';

/** What is to be put right first; null when nothing is. @param chosen the machines that are ticked and shown */
export function refusalOf(chosen: Waiting, number: string): ShipRefusal | null {
  if (chosen.length === 0) return 'nothing-chosen';
  if (ordersIn(chosen).length > 1) return 'mixed-orders';
  if (number === '') return 'number-missing';
  return shipmentNumberSchema.safeParse(number).success ? null : 'number-wrong';
}

/** Reads the list again. */
export async function readShipments(): Promise<void> {
  if (shipStore.getState().doing !== 'nothing') return;
  shipStore.setState({ doing: 'reading' });
  const list = (await act('listShipments', {})) ?? shipStore.getState().list;
  const { chosen, order } = shipStore.getState();
  const waits = new Set(list?.waiting.map(({ machineSerial }) => machineSerial));
  const gone = order !== null && list !== null && !ordersIn(list.waiting).includes(order);
  shipStore.setState({
    ...{ doing: 'nothing', list, order: gone ? null : order },
    chosen: new Set([...chosen].filter((serial) => waits.has(serial))),
  });
}

/** Ticks machines, or takes the ticks off. */
export function choose(serials: readonly string[], ticked: boolean): void {
  const chosen = new Set(shipStore.getState().chosen);
  for (const serial of serials) {
    if (ticked) chosen.add(serial);
    else chosen.delete(serial);
  }
  shipStore.setState({ chosen });
}

/** Ticks machines by hand, or takes the ticks off: what the latest scan did is not how it stands any more. */
export function chooseByHand(serials: readonly string[], ticked: boolean): void {
  choose(serials, ticked);
  forgetScan();
}

/**
 * Closes the shipment; the station asks where the bundle is to be.
 * @returns whether it was closed
 */
export async function closeShipment(machineSerials: readonly string[], number: string): Promise<boolean> {
  shipStore.setState({ doing: 'closing', report: null });
  const answer = await act('closeShipment', { number, machineSerials: [...machineSerials] });
  const report = answer?.report ?? null;
  const rest = report === null ? {} : { number: null, asksNumber: false };
  shipStore.setState({ doing: 'nothing', report, ...rest });
  await readShipments();
  return report !== null;
}

/** Makes the bundle of a shipment again; the station asks where to. */
export async function remakeBundle(number: string): Promise<void> {
  shipStore.setState({ doing: 'closing', report: null });
  const answer = await act('remakeBundle', { number });
  shipStore.setState({ doing: 'nothing', report: answer?.report ?? null });
}

/** Shows a paper of a shipment, to be printed. */
export async function showPaper(number: string, paper: Paper): Promise<void> {
  const content = await act('getShipmentPapers', { number });
  if (content !== null) shipStore.setState({ papers: { paper, content } });
}

/** Goes back from the papers. */
export function closePapers(): void {
  shipStore.setState({ papers: null });
}
