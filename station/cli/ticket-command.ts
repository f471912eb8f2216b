import { resolve } from 'node:path';
import { Command } from 'commander';
import type { WorkOrder } from '../../core/order/order';
import { makeTicket } from '../../core/scan/job-ticket';
import { readOrderFile } from '../orders/order-files';
import { OrderReader } from '../orders/order-reader';
import { loadSettings } from '../state/settings';
import { statePaths } from '../state/state-paths';
import { commandAction, jsonOption, stateOption, type CommandContext } from './command-context';
import { withLedger } from './ledger-command';
import { requireNew, writeNewFile } from './new-file';
import {
  paperName,
  ticketForm,
  ticketMediaOptions,
  ticketOf,
  ticketText,
  type TicketMediaOptions,
} from './ticket-media';

interface TicketOptions extends TicketMediaOptions {
  readonly order?: string;
  readonly orderFile?: string;
  readonly output?: string;
}

/** `prestage ticket`: a page with one QR code that says order and media. */
export function ticketCommand(): Command {
  const command = new Command('ticket')
    .description(
      'make a job ticket: a page with one QR code that sets work order and media when it is scanned',
    )
    .option('--order <number>', 'work order number (default: from the file, or of the open work order)')
    .option('--order-file <file>', 'file with the work order');
  return ticketMediaOptions(command)
    .option('--output <file>', 'the PDF (default: TICKET-NUMBER.pdf in the current folder)')
    .addOption(stateOption())
    .addOption(jsonOption(ticketForm))
    .action(
      commandAction<TicketOptions>(async (context, options) => {
        const order = await orderOf(context, options);
        const orderNumber = order?.number ?? options.order?.trim() ?? '';
        const file = resolve(options.output ?? paperName('TICKET', orderNumber));
        requireNew(file);
        const ticket = await ticketOf(context, orderNumber, order, options);
        // Loaded when papers are made, as station/shipment/bundle.ts does.
        const { ticketPdf } = await import('../shipment/order-papers');
        writeNewFile(file, await ticketPdf({ ticket, time: new Date().toISOString() }));
        context.output.result<typeof ticketForm>({ file, ...ticket, code: makeTicket(ticket) }, () =>
          ticketText(ticket, file),
        );
        return undefined;
      }),
    );
}

/** The order in the file, or the open one; null when a number is all that was given. */
async function orderOf(
  context: CommandContext,
  { order, orderFile }: TicketOptions,
): Promise<WorkOrder | null> {
  const paths = statePaths(context.stateDirectory, { make: false });
  if (orderFile !== undefined) {
    return readOrderFile(orderFile, order ?? null, loadSettings(paths).desk).order;
  }
  if (order !== undefined) return null;
  return await withLedger(context, (ledger) => new OrderReader(ledger, paths).require().order);
}
