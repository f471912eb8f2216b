import { resolve } from 'node:path';
import { Command } from 'commander';
import { z } from 'zod';
import { counted } from '../../core/base/plurals';
import { PrestageError } from '../../core/base/errors';
import { makeTicket } from '../../core/scan/job-ticket';
import { OrderReader, viewOf, type OpenOrder } from '../orders/order-reader';
import type { OrderedMachine } from '../shipment/order-papers';
import { statePaths } from '../state/state-paths';
import { commandAction, jsonOption, stateOption } from './command-context';
import { withLedger } from './ledger-command';
import { requireNew, writeNewFile } from './new-file';
import { details } from './output';
import {
  paperName,
  ticketForm,
  ticketMediaOptions,
  ticketOf,
  ticketRows,
  type TicketMediaOptions,
} from './ticket-media';

/** What `order papers --json` prints. */
export const orderPapersForm = z.strictObject({
  ...ticketForm.shape,
  /** Machines on the papers; those that are left out are not. */
  machines: z.int().nonnegative(),
});

/** Some 160 pages; whoever has more works from files. */
const mostMachines = 2500;

interface PapersOptions extends TicketMediaOptions {
  readonly output?: string;
}

/** `prestage order papers`: what the depot works from. */
export function orderPapersCommand(): Command {
  const command = new Command('papers').description(
    'make the papers of the open work order: its job ticket, and its machines with barcodes',
  );
  return ticketMediaOptions(command)
    .option('--output <file>', 'the PDF (default: ORDER-NUMBER.pdf in the current folder)')
    .addOption(stateOption())
    .addOption(jsonOption(orderPapersForm))
    .action(
      commandAction<PapersOptions>(async (context, options) => {
        const paths = statePaths(context.stateDirectory, { make: false });
        const open = await withLedger(context, (ledger) => new OrderReader(ledger, paths).require());
        const { number } = open.order;
        const machines = machinesOf(open);
        const file = resolve(options.output ?? paperName('ORDER', number));
        requireNew(file);
        if (machines.length > mostMachines) throw tooMany(machines.length);
        const ticket = await ticketOf(context, number, open.order, options);
        // Loaded when papers are made, as station/shipment/bundle.ts does.
        const { orderPapersPdf } = await import('../shipment/order-papers');
        writeNewFile(file, await orderPapersPdf({ ticket, time: new Date().toISOString() }, machines));
        context.output.result<typeof orderPapersForm>(
          { file, ...ticket, code: makeTicket(ticket), machines: machines.length },
          () =>
            details([
              ...ticketRows(ticket, file),
              ['machines', counted(machines.length, 'machine', 'machines')],
            ]),
        );
        return undefined;
      }),
    );
}

/** All but those that are left out; what became of one so far is said where it is something. */
function machinesOf(open: OpenOrder): OrderedMachine[] {
  return viewOf(open)
    .lines.filter(({ state }) => state !== 'left-out')
    .map(({ serial, state }) => {
      const { computerName = null, assetTag = null } = open.lines.get(serial) ?? {};
      return { serial, computerName, assetTag, state: state === 'expected' ? null : state };
    });
}

function tooMany(count: number): PrestageError {
  return new PrestageError({
    code: 'usage',
    message: `The work order has ${count} machines: papers hold at most ${mostMachines}.`,
    remedy: 'Nothing was written. Make the job ticket alone: prestage ticket',
  });
}
