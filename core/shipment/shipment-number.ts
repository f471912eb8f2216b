import { shipmentNumberSchema } from './shipment';

/** Numbers of shipments that nobody has to type. Pure. */

/**
 * A number that no shipment has: the proposed one, and behind it how many shipments it has had.
 * @returns empty where it cannot be a number
 */
export function freeNumber(base: string, taken: ReadonlySet<string>): string {
  if (!shipmentNumberSchema.safeParse(base).success) return '';
  let number = base;
  for (let next = 2; taken.has(number); next += 1) number = `${base}-${next}`;
  return shipmentNumberSchema.safeParse(number).success ? number : '';
}

/** The number of a shipment without a work order: the station and the day. */
export function numberOfDay(stationName: string, day: string): string {
  const station = stationName
    .normalize('NFD')
    .replace(/[^A-Za-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 20);
  return `${station === '' ? 'LINE' : station}-${day}`;
}

/** A finished machine that waits for its shipment. */
interface Waiting {
  readonly machineSerial: string;
  readonly orderNumber: string | null;
}

/**
 * What SHIP closes in line mode: the drives that were confirmed as taken out and wait for a shipment, those of one work order
 * at a time, in the order in which they were taken out. Null when none waits.
 * @param day YYYY-MM-DD
 */
export function lineShipment({
  takenOut,
  waiting,
  shipped,
  stationName,
  day,
}: {
  readonly takenOut: readonly string[];
  readonly waiting: readonly Waiting[];
  readonly shipped: readonly { readonly number: string }[];
  readonly stationName: string;
  readonly day: string;
}): { readonly number: string; readonly machineSerials: string[] } | null {
  const orders = new Map(waiting.map(({ machineSerial, orderNumber }) => [machineSerial, orderNumber ?? '']));
  const packed = takenOut.filter((serial) => orders.has(serial));
  const [first] = packed;
  if (first === undefined) return null;
  const order = orders.get(first) ?? '';
  const machineSerials = packed.filter((serial) => orders.get(serial) === order);
  const taken = new Set(shipped.map(({ number }) => number));
  const ofOrder = order === '' ? '' : freeNumber(order, taken);
  const number = ofOrder === '' ? freeNumber(numberOfDay(stationName, day), taken) : ofOrder;
  return { number, machineSerials };
}
