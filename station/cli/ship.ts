import { existsSync, renameSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { formatBytes, sanitizeForDisplay } from '../../core/display';
import { PrestageError } from '../../core/errors';
import { defaultOperator } from '../open-station';
import { makeBundle } from '../shipment/bundle';
import { recordedShipments, type RecordedShipment } from '../shipment/records';
import {
  closeShipment,
  requireShipment,
  requireShipmentNumber,
  type ShipmentSelection,
} from '../shipment/ship';
import { writeNewFile } from '../state';
import { commandAction, jsonOption, stateOption, type CommandContext } from './context';
import { exitCodes } from './exit-codes';
import { localTime, table } from './output';
import { withStation, type StationContext } from './station-context';

interface ShipOptions {
  readonly number?: string;
  readonly batch?: string;
  readonly order?: string;
  readonly machine?: readonly string[];
  readonly again?: string;
  readonly list?: true;
  readonly output?: string;
  readonly operator?: string;
}

/** `prestage ship`: closes finished machines into a shipment, and writes the bundle that goes home with them. */
export function shipCommand(): Command {
  return new Command('ship')
    .description('close finished machines into a shipment, and write its bundle')
    .option('--number <number>', 'number of the new shipment')
    .option('--batch <id>', 'only the machines of this batch')
    .option('--order <number>', 'only the machines of this work order')
    .option('--machine <serial>', 'only this machine; may be given several times', collect)
    .option('--again <number>', 'write the bundle of a shipment that was closed before')
    .option('--list', 'list the shipments of this station')
    .option('--output <file>', 'where the bundle goes; the default is NUMBER.zip in this folder')
    .option('--operator <name>', 'who does it; the default is the user')
    .addOption(stateOption())
    .addOption(jsonOption())
    .action(
      commandAction<ShipOptions>(async (context, options) => {
        const operator = sanitizeForDisplay(options.operator ?? defaultOperator(), 200);
        await withStation(context, operator, async (station) => {
          if (options.list === true) listShipments(context, station);
          else await writeBundle(context, options, station);
        });
        return exitCodes.good;
      }),
    );
}

function collect(value: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), value];
}

function listShipments({ output }: CommandContext, { ledger }: StationContext): void {
  const shipments = recordedShipments(ledger).map(({ row, record }) => ({
    number: record.number,
    time: row.entry.time,
    orderNumber: record.orderNumber,
    machines: record.machines.length,
    operator: row.entry.operator,
    ledgerEntry: row.sequence,
  }));
  output.result({ shipments }, () =>
    table(
      [
        { title: 'SHIPMENT' },
        { title: 'CLOSED' },
        { title: 'ORDER' },
        { title: 'MACHINES', align: 'right' },
        { title: 'BY' },
        { title: 'ENTRY', align: 'right' },
      ],
      shipments.map((one) => [
        one.number,
        localTime(new Date(one.time)),
        one.orderNumber,
        String(one.machines),
        one.operator,
        String(one.ledgerEntry),
      ]),
    ),
  );
}

async function writeBundle(
  { output, signal }: CommandContext,
  options: ShipOptions,
  { ledger, append }: StationContext,
): Promise<void> {
  const number = requireShipmentNumber(oneNumber(options));
  const file = resolve(options.output ?? `${number}.zip`);
  if (existsSync(file)) throw fileExists(file);
  signal.throwIfAborted();
  const shipment: RecordedShipment =
    options.again === undefined
      ? closeShipment(ledger, number, selectionOf(options), append)
      : requireShipment(ledger, number);
  const bundle = await makeBundle(ledger, shipment);
  writeWhole(file, bundle.bytes, number);
  const { record, row } = shipment;
  const { leftOut } = bundle;
  for (const { machineSerial, why } of leftOut) {
    output.message(`note: Machine ${machineSerial} ${why}: it is not in configmgr-import.csv.`);
  }
  output.result(
    {
      ...{ shipmentId: record.shipmentId, number, orderNumber: record.orderNumber, file },
      ...{ bytes: bundle.bytes.length, ledgerEntry: row.sequence, leftOut },
      machines: record.machines.map(({ machineSerial }) => machineSerial),
      keyFingerprint: row.entry.station.keyFingerprint,
    },
    () =>
      `Shipment ${number}: ${record.machines.length} machine${record.machines.length === 1 ? '' : 's'}. ` +
      `Its bundle is ${sanitizeForDisplay(file, 512)} (${formatBytes(bundle.bytes.length)}).\n` +
      `Tell the enterprise the fingerprint of the station’s key another way: ${row.entry.station.keyFingerprint}`,
  );
}

function oneNumber({ number, again, batch, order, machine }: ShipOptions): string {
  const chosen = [batch, order, machine].filter((one) => one !== undefined);
  if (number !== undefined && again === undefined && chosen.length <= 1) return number;
  if (again !== undefined && number === undefined && chosen.length === 0) return again;
  throw new PrestageError({
    code: 'usage',
    message: 'Give either --number with at most one of --batch, --order and --machine, or --again.',
    remedy: 'See prestage ship --help',
  });
}

function selectionOf({ batch, order, machine }: ShipOptions): ShipmentSelection {
  if (batch !== undefined) return { kind: 'batch', batchId: batch };
  if (order !== undefined) return { kind: 'order', number: order };
  return machine === undefined ? { kind: 'all' } : { kind: 'machines', serials: machine };
}

/** A bundle that is half there must not look like one. */
function writeWhole(file: string, bytes: Uint8Array, number: string): void {
  const half = `${file}.${process.pid}.tmp`;
  try {
    writeNewFile(half, Buffer.from(bytes), 0o600);
    renameSync(half, file);
  } catch (error) {
    rmSync(half, { force: true });
    throw new PrestageError({
      code: 'usage',
      message: `The bundle ${sanitizeForDisplay(file, 512)} cannot be written.`,
      cause: error instanceof Error ? error.message : String(error),
      remedy: `The shipment is recorded. Write its bundle elsewhere: prestage ship --again ${number} --output FILE`,
    });
  }
}

function fileExists(file: string): PrestageError {
  return new PrestageError({
    code: 'usage',
    message: `There is a file ${sanitizeForDisplay(file, 512)} already.`,
    remedy: 'Nothing was recorded. Name another file with --output.',
  });
}
