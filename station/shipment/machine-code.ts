import type { ShipmentDetails } from '../../core/shipment/shipment';
import type { MachineContent } from './content';

/** What a machine's QR code says: which shipment, which machine, and the hash of the entry that proves it. */
export function machineCode({ number }: Pick<ShipmentDetails, 'number'>, machine: MachineContent): string {
  return `prestage:1:${number}:${machine.machineSerial}:${machine.ended.hash}`;
}
