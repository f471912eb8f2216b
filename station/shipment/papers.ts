/** What is printed from the app's page for a shipment: the same as the papers in its bundle say. */
import type { ShipmentPapers } from '../../core/contract/app-shipments';
import { sanitizeForDisplay, sanitizeOrNull } from '../../core/base/display';
import type { LedgerReader } from '../ledger/ledger-reader';
import { machineCode } from './machine-code';
import { contentOf, requireShipment } from './make-shipment';

/** @throws PrestageError record-not-found, ledger-broken */
export function papersOf(ledger: LedgerReader, number: string): ShipmentPapers {
  const row = requireShipment(ledger, number);
  const { entry, record } = row;
  return {
    number: record.number,
    orderNumber: record.orderNumber,
    closedAt: entry.time,
    operator: entry.operator,
    stationName: entry.station.name,
    machines: contentOf(ledger, row).machines.map((machine) => {
      const { computerName, assetTag, model } = machine.finished.job.machine ?? {};
      return {
        machineSerial: sanitizeForDisplay(machine.machineSerial, 200),
        computerName: sanitizeOrNull(computerName),
        assetTag: sanitizeOrNull(assetTag),
        model: sanitizeOrNull(model),
        code: machineCode(record, machine),
      };
    }),
  };
}
