import { resolve } from 'node:path';
import { Command } from 'commander';
import { PrestageError } from '../../core/base/errors';
import { requireNumber } from '../../core/shipment/shipment-rules';
import type { ShipmentChoice } from '../shipment/close-shipment';
import { bundleFileName } from '../shipment/bundle-names';
import { ship, shipAgain, shipmentReportSchema, type ShipmentReport } from '../shipment/make-shipment';
import { commandAction, jsonOption, stateOption } from './command-context';
import { operatorOf, operatorOption } from './operator-option';
import { details, table, type Output } from './output';
import { withStation } from './station-context';

interface ShipOptions {
  readonly number?: string;
  readonly batch?: string;
  readonly order?: string;
  readonly machine?: readonly string[];
  readonly again?: string;
  readonly output?: string;
  readonly operator?: string;
}

/** `prestage ship`: closes finished machines into a shipment and makes its bundle. */
export function shipCommand(): Command {
  const collect = (value: string, before: readonly string[] | undefined): string[] => [
    ...(before ?? []),
    value,
  ];
  return new Command('ship')
    .description('close finished machines into a shipment, and make the bundle for the enterprise')
    .option('--number <number>', 'shipment number, as on the delivery note; required unless --again is given')
    .option('--batch <id>', 'ship the finished machines of this batch')
    .option('--order <number>', 'ship the finished machines of this work order')
    .option('--machine <serial>', 'ship this machine; repeat for each machine', collect)
    .option('--again <number>', 'make the bundle of a closed shipment again')
    .option('--output <file>', 'the bundle file (default: SHIPMENT-NUMBER.zip in the current folder)')
    .addOption(operatorOption())
    .addOption(stateOption())
    .addOption(jsonOption(shipmentReportSchema))
    .action(
      commandAction<ShipOptions>(async (context, options) => {
        const request = requestOf(options);
        const operator = operatorOf(options.operator);
        requireNumber(request.number);
        const file = resolve(options.output ?? bundleFileName(request.number));
        const report = await withStation(context, operator, async ({ paths, ledger, append }) => {
          const packing = { ledger, paths, file };
          return request.choice === null
            ? await shipAgain(packing, request.number)
            : await ship(packing, request.number, request.choice, append);
        });
        send(context.output, report);
        return undefined;
      }),
    );
}

/** @throws PrestageError usage */
function requestOf(options: ShipOptions): {
  readonly number: string;
  /** Null: a bundle is made again. */
  readonly choice: ShipmentChoice | null;
} {
  const { number, batch, order, machine, again } = options;
  const choices: ShipmentChoice[] = [
    ...(batch === undefined ? [] : [{ by: 'batch', batchId: batch } as const]),
    ...(order === undefined ? [] : [{ by: 'order', number: order } as const]),
    ...(machine === undefined ? [] : [{ by: 'machines', serials: machine } as const]),
  ];
  if (again !== undefined) {
    if (number === undefined && choices.length === 0) return { number: again, choice: null };
    throw usage(
      'With --again, the bundle contains what was shipped: machines cannot be chosen.',
      'Give --again without --number, --batch, --order and --machine.',
    );
  }
  if (number === undefined) {
    throw usage('The shipment number is missing.', 'Give it with --number.');
  }
  const [choice, second] = choices;
  if (second !== undefined) {
    throw usage(
      'Machines were chosen in more than one way.',
      'Give only one of --batch, --order and --machine.',
    );
  }
  return { number, choice: choice ?? { by: 'finished' } };
}

function usage(message: string, remedy: string): PrestageError {
  return new PrestageError({ code: 'usage', message, remedy: `Nothing was recorded. ${remedy}` });
}

function send(output: Output, report: ShipmentReport): void {
  for (const { reason } of report.leftOut) output.message(`left out: ${reason}`);
  for (const { file, machineSerial, reason } of report.notImported) {
    output.message(`note: ${file} does not contain machine ${machineSerial}: it ${reason}.`);
  }
  for (const { withdrawn, doubt } of report.machines) {
    if (withdrawn !== null) output.message(`NOT VALID: ${withdrawn} Tell the enterprise.`);
    if (doubt !== null) {
      output.message(
        `NOT CERTAIN: ${doubt} If its drive is still here, insert it and run: prestage verify. If not, tell the enterprise.`,
      );
    }
  }
  output.result<typeof shipmentReportSchema>(report, () => {
    const machines = report.machines.map(({ machineSerial, ledgerEntry, withdrawn, doubt }) => [
      machineSerial,
      String(ledgerEntry),
      withdrawn !== null ? 'NOT VALID' : doubt === null ? 'verified' : 'NOT CERTAIN',
    ]);
    return [
      table([{ title: 'MACHINE' }, { title: 'ENTRY', align: 'right' }, { title: 'RESULT' }], machines),
      '',
      details([
        ['shipment', report.number],
        ['work order', report.orderNumber],
        ['bundle', report.file],
        ['SHA-256', report.sha256],
        ['ledger entry', String(report.ledgerEntry)],
        ['station key', report.keyFingerprint],
      ]),
    ].join('\n');
  });
}
