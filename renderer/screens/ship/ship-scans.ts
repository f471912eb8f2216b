import { timeouts } from '../../../core/base/timeouts';
import { foldLabel } from '../../../core/drive/bays';
import { flowOf } from '../../../core/flow/flow';
import { normalizeSerial } from '../../../core/machine/serial';
import { withoutSerialPrefix } from '../../../core/scan/scan-text';
import type { ScanOutcome } from '../../../core/scan/scan-outcome';
import { shipmentNumberSchema } from '../../../core/shipment/shipment';
import { act, errorOf } from '../../actions';
import { call } from '../../bridge';
import { appStore } from '../../store/app-store';
import { flowFactsOf } from '../../store/flow';
import {
  choose,
  closeShipment,
  readShipments,
  refusalOf,
  shipmentToClose,
  shipStore,
  shownOf,
  type Waiting,
} from './ship-store';

/** What is scanned on Ship: a machine, a drive or a bay ticks its line, SHIP closes the shipment. */

type Refused = Extract<ScanOutcome, { result: 'refused' }>;
type Accepted = Extract<ScanOutcome, { result: 'accepted' }>;

/** Lines that a text names. By its bay more than one may: a drive that is there now, and those that were. */
export function linesNamed(waiting: Waiting, text: string): Waiting {
  const serial = normalizeSerial(withoutSerialPrefix(text));
  const byMachine = waiting.filter(({ machineSerial }) => machineSerial === serial);
  if (byMachine.length > 0) return byMachine;
  const byDrive = waiting.filter(
    ({ driveSerial }) => driveSerial !== null && normalizeSerial(driveSerial) === serial,
  );
  if (byDrive.length > 0) return byDrive;
  const label = foldLabel(text);
  const byBay = (name: string): Waiting =>
    name === '' ? [] : waiting.filter(({ bay }) => bay !== null && foldLabel(bay) === name);
  const exact = byBay(label);
  if (exact.length > 0) return exact;
  // As everywhere: BAY-7 and 7 are the same bay.
  return label.startsWith('BAY') ? byBay(label.slice('BAY'.length)) : byBay(`BAY${label}`);
}

function refused(reason: Refused['reason'], detail: string | null): Refused {
  return { result: 'refused', kind: 'machine', reason, expected: 'ship', detail };
}

function accepted(
  kind: Accepted['kind'],
  effect: Accepted['effect'],
  more: Partial<Pick<Accepted, 'machineSerial' | 'bay' | 'count' | 'text'>>,
): Accepted {
  return { result: 'accepted', kind, effect, machineSerial: null, bay: null, ...more };
}

/** Ticks the line that was scanned. Once more it stays ticked: a scan never takes a tick off. */
export async function tickScanned(text: string): Promise<ScanOutcome> {
  await listRead();
  const { list, chosen, order, asksNumber, scanned } = shipStore.getState();
  const [line, other] = linesNamed(list?.waiting ?? [], text);
  if (line === undefined) {
    const returned = await returnScanned(text);
    if (returned !== null) return returned;
    if (!asksNumber || !shipmentNumberSchema.safeParse(text).success) return refused('not-waiting', null);
    shipStore.setState({ number: text, asksNumber: false });
    return accepted('unreadable', 'number-taken', { text });
  }
  if (other !== undefined) return refused('several-waiting', null);
  const { machineSerial, bay } = line;
  // What was scanned is seen, whichever work order was shown.
  const shown = shownOf([line], order).length > 0;
  shipStore.setState({
    ...(shown ? {} : { order: null }),
    scanned: { serial: machineSerial, number: (scanned?.number ?? 0) + 1 },
  });
  if (chosen.has(machineSerial)) return refused('ticked-already', machineSerial);
  choose([machineSerial], true);
  const count = shipmentToClose(shipStore.getState()).ticked.length;
  return accepted('machine', 'ticked', { machineSerial, bay, count });
}

/**
 * What is in no line may be a replaced computer that comes back, weeks after its order was closed: then that is recorded.
 * @returns null when no work order names it
 */
async function returnScanned(text: string): Promise<ScanOutcome | null> {
  try {
    const { said } = await call('returnComputer', { text: withoutSerialPrefix(text), note: '' });
    return accepted('machine', 'returned', { text: said.replace(/\.$/, '') });
  } catch (thrown) {
    const { code, message } = errorOf(thrown);
    // A machine of an order that waits for nothing is no return, either.
    return code === 'return-unknown' ? null : refused('return-refused', message);
  }
}

/** When SHIP closed a shipment last. Milliseconds, of the page's clock. */
let closedAt = Number.NEGATIVE_INFINITY;

/** SHIP on Ship: closes the shipment as its button does. */
export async function closeByScan(): Promise<ScanOutcome> {
  await listRead();
  const state = shipStore.getState();
  if (state.doing !== 'nothing') return { ...refused('not-shippable', 'busy'), kind: 'command' };
  const { ticked, number } = shipmentToClose(state);
  const refusal = refusalOf(ticked, number);
  if (refusal === 'nothing-chosen' && isOrderShipped()) {
    // The scanner read the SHIP twice that closed the shipment.
    if (performance.now() - closedAt < timeouts.doubleRead) {
      return { ...refused('repeated-read', null), kind: 'command' };
    }
    return await closeOrder();
  }
  if (refusal !== null) {
    shipStore.setState({ asksNumber: refusal === 'number-missing' || refusal === 'number-wrong' });
    return { ...refused('not-shippable', refusal), kind: 'command' };
  }
  const serials = ticked.map(({ machineSerial }) => machineSerial);
  const closed = await closeShipment(serials, number);
  closedAt = performance.now();
  return closed
    ? accepted('command', 'shipped', { text: number, count: serials.length })
    : { ...refused('not-shippable', null), kind: 'command' };
}

/** Whether an order is open of which nothing is left to do but to close it. */
function isOrderShipped(): boolean {
  const { state } = appStore.getState();
  return state !== null && flowOf(flowFactsOf(state)).next === 'close-order';
}

/** All of the order is shipped: SHIP closes it, here as on the bench. */
async function closeOrder(): Promise<ScanOutcome> {
  const text = appStore.getState().state?.order?.number ?? '';
  return (await act('closeOrder', {})) === null
    ? { ...refused('not-shippable', null), kind: 'command' }
    : accepted('command', 'order-closed', { text });
}

/** Resolves when the list is there, or cannot be read. */
async function listRead(): Promise<void> {
  const reading = (): boolean => {
    const { list, doing } = shipStore.getState();
    return list === null && doing === 'reading';
  };
  if (!reading()) {
    if (shipStore.getState().list === null) await readShipments();
    return;
  }
  await new Promise<void>((read) => {
    const end = shipStore.subscribe(() => {
      if (reading()) return;
      end();
      read();
    });
  });
}
