/** What labels say, from the ledger alone: a label says PASS only where an entry does. */
import { sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { required } from '../../core/base/required';
import { dayOf } from '../../core/base/day';
import type { LabelContent } from '../../core/label/label-layout';
import type { JobDetails } from '../../core/ledger/record';
import { replacedText } from '../../core/machine/replaced-computer';
import { normalizeSerial } from '../../core/machine/serial';
import { assessMachine, isTrainingDrive } from '../../core/shipment/shipment-rules';
import type { LedgerReader } from '../ledger/ledger-reader';
import { machineCode } from './machine-code';
import { contentOf, requireShipment } from './make-shipment';
import { historyOf } from './shipment-history';

/** The label of a machine with a finished drive. @throws PrestageError record-not-found, label-refused, ledger-broken */
export function machineLabel(ledger: LedgerReader, serial: string): LabelContent {
  const machineSerial = normalizeSerial(serial);
  const history = historyOf(ledger, machineSerial, new Map());
  if (history.records.length === 0) {
    throw new PrestageError({
      code: 'record-not-found',
      message: `The ledger has no entry for machine ${sanitizeForDisplay(machineSerial)}.`,
      remedy: 'Nothing was printed. Check the serial: prestage ledger list',
    });
  }
  const fitness = assessMachine(history);
  if (!fitness.fit) throw refused(fitness.reason);
  const { job, sequence } = fitness.finished;
  const entry = required(ledger.inspect(sequence), `entry ${sequence}`);
  const { time, station } = required(entry.checked.entry, `what entry ${sequence} says`);
  return {
    ...labelOf(job, { time, sequence, hash: entry.stored.hash, station: station.name }),
    shipment: null,
  };
}

export interface ShipmentLabels {
  readonly number: string;
  readonly labels: readonly LabelContent[];
  /** Machines without a label, and why: a sentence each. */
  readonly left: readonly string[];
}

/** A label for each box of a shipment. @throws PrestageError record-not-found, label-refused, ledger-broken */
export function shipmentLabels(ledger: LedgerReader, number: string): ShipmentLabels {
  const row = requireShipment(ledger, number);
  const { machines } = contentOf(ledger, row);
  const labels = machines.flatMap((machine, index): LabelContent[] => {
    if (machine.withdrawn !== null) return [];
    const { entry, sequence, hash } = machine.ended;
    const { time, station } = entry;
    return [
      {
        ...labelOf(machine.finished.job, { time, sequence, hash, station: station.name }),
        shipment: {
          number: row.record.number,
          box: `${index + 1} of ${machines.length}`,
          code: machineCode(row.record, machine),
        },
      },
    ];
  });
  const left = machines.flatMap(({ withdrawn }) => withdrawn ?? []);
  if (labels.length === 0) throw refused(left.join(' '));
  return { number: row.record.number, labels, left };
}

/** A label that says nothing of any machine: what comes out of the printer, and whether a scanner reads it. */
export function testLabel(stationName: string, time: string): LabelContent {
  return {
    machineSerial: 'TEST-LABEL',
    names: 'Not a machine',
    verdict: `TEST ${minute(time)}`,
    record: 'No record',
    from: sanitizeForDisplay(stationName, 60),
    shipment: null,
  };
}

interface Recorded {
  readonly time: string;
  readonly sequence: number;
  readonly hash: string;
  readonly station: string;
}

function labelOf(
  job: JobDetails,
  { time, sequence, hash, station }: Recorded,
): Omit<LabelContent, 'shipment'> {
  const { computerName, assetTag } = job.machine ?? {};
  const shown = (text: string): string => sanitizeForDisplay(text, 60);
  const list = (texts: readonly (string | null | undefined)[]): string =>
    texts.flatMap((text) => (text === null || text === undefined ? [] : shown(text))).join('  ·  ');
  return {
    machineSerial: sanitizeForDisplay(job.machineSerial, 64),
    names: list([computerName, assetTag]),
    ...(job.replaces === undefined ? {} : { replaces: `replaces ${replacedText(job.replaces)}` }),
    verdict: list([`PASS ${minute(time)}`, job.drive.bay, isTrainingDrive(job) ? 'training drive' : null]),
    record: `Entry ${sequence}, ${hash.slice(0, 16)}`,
    from: list([job.workOrder === undefined ? null : `Work order ${job.workOrder}`, station]),
  };
}

/** `2026-02-03 14:05 UTC` */
function minute(time: string): string {
  return `${dayOf(time)} ${time.slice(11, 16)} UTC`;
}

function refused(reason: string): PrestageError {
  return new PrestageError({ code: 'label-refused', message: `No label was printed. ${reason}` });
}
