import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { sanitizeForDisplay } from '../../core/base/display';
import { problemText } from '../../core/order/order-file';
import { orderLineStates, type OrderView } from '../../core/order/order-state';
import { defaultOperator } from '../jobs/open-station';
import { OrderBook } from '../orders/order-book';
import { OrderReader, viewOf, type ListedOrder, type OpenOrder } from '../orders/order-reader';
import { decodeText, parseOrder, readOrderFile, type SentOrder } from '../orders/order-files';
import { statePlaces } from '../state/state-paths';
import { commandAction, jsonOption, stateOption, type CommandContext } from './command-context';
import { withLedger } from './ledger-command';
import { facts, localTime, table, type Cell } from './output';
import { withStation, type StationContext } from './station-context';

interface WhoOptions {
  readonly operator?: string;
}
interface OpenOptions extends WhoOptions {
  readonly number?: string;
}
interface ExceptOptions extends WhoOptions {
  readonly reason: string;
}

/** `prestage order open | show | except | close | list`. */
export function orderCommand(): Command {
  const command = new Command('order').description(
    'work orders: which machines are expected, and how far they are',
  );
  whoOptions(
    command
      .command('open')
      .description('open an order from CSV, JSON or serials one a line; - reads standard input')
      .argument('<file>')
      .option('--number <number>', 'the enterprise’s number, when the file does not say it'),
  ).action(
    commandAction<OpenOptions>(async (context, options, [file = '']) => {
      const number = options.number ?? null;
      await withBook(context, options, (book, { append }) => {
        const sent = file === '-' ? readInput(number) : readOrderFile(file, number);
        const { orderId, order } = book.open(sent.order, append);
        for (const warning of sent.warnings) context.output.message(`note: ${problemText(warning)}`);
        context.output.result(
          { orderId, number: order.number, machines: order.machines.length, warnings: sent.warnings },
          () => `The order ${shown(order.number)} is open: ${machines(order.machines.length)} expected.`,
        );
      });
      return undefined;
    }),
  );
  whoOptions(command.command('show').description('show the open order and each of its machines')).action(
    commandAction<WhoOptions>(async (context, options) => {
      await withBook(context, options, (book) => {
        const open = book.require();
        const view = viewOf(open);
        context.output.result(documentOf(open, view), () => showText(open, view));
      });
      return undefined;
    }),
  );
  whoOptions(
    command
      .command('except')
      .description('say why a machine is left out, or is done although it is not in the order')
      .argument('<serial>')
      .requiredOption('--reason <text>', 'why'),
  ).action(
    commandAction<ExceptOptions>(async (context, options, [serial = '']) => {
      await withBook(context, options, (book, { append }) => {
        const line = book.except(serial, options.reason, append);
        const { state, unexpected, reason } = line;
        context.output.result({ serial: line.serial, state, unexpected, reason }, () =>
          unexpected && state !== 'left-out'
            ? `Machine ${line.serial} is not in the order and may be done.`
            : `Machine ${line.serial} is left out.`,
        );
      });
      return undefined;
    }),
  );
  whoOptions(
    command.command('close').description('close the open order; refused while a machine of it is open'),
  ).action(
    commandAction<WhoOptions>(async (context, options) => {
      await withBook(context, options, (book, { append }) => {
        const closed = book.close(append);
        context.output.result(
          closed,
          () => `The order ${shown(closed.number)} is closed: ${sumText(closed)}.`,
        );
      });
      return undefined;
    }),
  );
  command
    .command('list')
    .description('list all orders of this station, the newest last')
    .addOption(stateOption())
    .addOption(jsonOption())
    .action(
      commandAction<object>(async (context) => {
        const places = statePlaces(context.stateDirectory, { make: false });
        const orders = await withLedger(context, (ledger) => new OrderReader(ledger, places).list());
        context.output.result({ orders }, () => listText(orders));
        return undefined;
      }),
    );
  return command;
}

function whoOptions(command: Command): Command {
  return command
    .option('--operator <name>', 'who does it; the default is the user')
    .addOption(stateOption())
    .addOption(jsonOption());
}

/** Jobs that a killed station left open are recorded first: an order must not show them as being written. */
async function withBook(
  context: CommandContext,
  { operator }: WhoOptions,
  work: (book: OrderBook, station: StationContext) => void,
): Promise<void> {
  const who = sanitizeForDisplay(operator ?? '', 200);
  await withStation(context, who === '' ? defaultOperator() : who, (station) => {
    work(new OrderBook(station.ledger, station.places), station);
    return Promise.resolve();
  });
}

function readInput(number: string | null): SentOrder {
  const name = 'on standard input';
  return parseOrder(name, decodeText(name, readFileSync(0)), number);
}

/** The JSON document; its members are part of the command line's contract. */
function documentOf({ orderId, order, lines, openedAt, openedBy }: OpenOrder, view: OrderView): object {
  const { number, mediaSha256 = null, imageIndex = null, layout = null } = order;
  return {
    ...{ orderId, number, openedAt, openedBy, mediaSha256, imageIndex, layout },
    counts: view.counts,
    unexpected: view.unexpected,
    open: view.open.length,
    machines: view.lines.map((line) => ({ ...lines.get(line.serial), ...line })),
  };
}

function showText({ order, lines, openedAt, openedBy }: OpenOrder, view: OrderView): string {
  const head = facts([
    ['order', order.number],
    ['opened', `${localTime(new Date(openedAt))} by ${openedBy}`],
    ['media', order.mediaSha256 ?? 'any that is proved'],
    ['image', order.imageIndex === undefined ? 'any' : String(order.imageIndex)],
    ['layout', order.layout ?? 'any'],
    ['machines', countsText(view)],
  ]);
  const rows: Cell[][] = view.lines.map(({ serial, state, unexpected, reason }) => {
    const { assetTag = null, computerName = null } = lines.get(serial) ?? {};
    return [serial, state, assetTag, computerName, unexpected ? 'not in the order' : null, reason];
  });
  const columns = ['MACHINE', 'STATE', 'ASSET TAG', 'NAME', 'NOTE', 'REASON'].map((title) => ({ title }));
  const open = view.open.length === 0 ? 'Nothing is open.' : `${machines(view.open.length)} open.`;
  return `${head}\n\n${table(columns, rows)}\n\n${open}`;
}

function countsText({ counts, unexpected }: OrderView): string {
  const states = orderLineStates.filter((state) => counts[state] > 0);
  const texts = states.map((state) => `${counts[state]} ${state}`);
  return [...texts, ...(unexpected > 0 ? [`${unexpected} of them not in the order`] : [])].join(', ');
}

function listText(orders: readonly ListedOrder[]): string {
  if (orders.length === 0) return 'No order was ever opened on this station.';
  const columns = ['ORDER', 'OPENED', 'BY', 'MACHINES', 'CLOSED', 'RESULT'].map((title) => ({ title }));
  const rows = orders.map((order) => [
    order.number,
    localTime(new Date(order.openedAt)),
    order.openedBy,
    String(order.machines),
    order.closed === null ? 'open' : localTime(new Date(order.closed.at)),
    order.closed === null ? null : sumText(order),
  ]);
  return table(columns, rows);
}

function sumText({ closed }: ListedOrder): string {
  if (closed === null) return '';
  const { done, leftOut, unexpected } = closed;
  return `${done} done, ${leftOut} left out, ${unexpected} done that were not in it`;
}

function machines(count: number): string {
  return count === 1 ? '1 machine' : `${count} machines`;
}

function shown(text: string): string {
  return sanitizeForDisplay(text, 60);
}
