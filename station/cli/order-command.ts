import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import type { z } from 'zod';
import { atEndWords } from '../../core/machine/at-end';
import { sanitizeForDisplay } from '../../core/base/display';
import { modelIdsText, modelText } from '../../core/machine/machine-details';
import { replacedBy, replacedText } from '../../core/machine/replaced-computer';
import type { OrderLine } from '../../core/order/order';
import { problemText } from '../../core/order/order-file';
import { orderLineStates, type OrderLineView, type OrderView } from '../../core/order/order-state';
import type { ScanSettings } from '../../core/scan/scan-settings';
import { datesOfRecipe } from '../../core/recipe/recipe-dates';
import { orderNotices } from '../jobs/order-notices';
import { termsOf, trustOfOrder } from '../jobs/plan-machines';
import { libraryFolder } from '../library/media-library';
import { namedNotices, orderDateNotices } from '../library/order-dates';
import { OrderBook } from '../orders/order-book';
import { OrderReader, viewOf, type ListedOrder, type OpenOrder } from '../orders/order-reader';
import { decodeText, parseOrder, readOrderFile, type SentOrder } from '../orders/order-files';
import { readRecipe } from '../recipe/read-recipe';
import { statePaths } from '../state/state-paths';
import { commandAction, jsonOption, stateOption, type CommandContext } from './command-context';
import { withLedger } from './ledger-command';
import { operatorOf, operatorOption } from './operator-option';
import { orderOpenForm, orderShowForm, orderExceptForm, listedOrderForm, orderListForm } from './order-forms';
import { orderCheckCommand } from './order-check-command';
import { orderPapersCommand } from './order-papers-command';
import { details, localTime, table, type Cell, type JsonDocument } from './output';
import { withStation, type StationContext } from './station-context';
import { counted } from '../../core/base/plurals';

/** `prestage order`: work orders from the command line, and what each of its commands prints. */

interface WhoOptions {
  readonly operator?: string;
}
interface OpenOptions extends WhoOptions {
  readonly number?: string;
  readonly recipe?: string;
}
interface ExceptOptions extends WhoOptions {
  readonly reason: string;
}

/** `prestage order open | show | except | close | list`. */
export function orderCommand(): Command {
  const command = new Command('order').description('work orders: the expected machines and their progress');
  whoOptions(
    orderOpenForm,
    command
      .command('open')
      .description('open a work order from CSV, JSON, or a list with one serial per line')
      .argument('<file>', 'file with the work order; - reads standard input')
      .option('--number <number>', 'work order number, if it is not in the file')
      .option('--recipe <file>', 'recipe of the media: warns where its dates do not fit the work order'),
  ).action(
    commandAction<OpenOptions>(async (context, options, [file = '']) => {
      const number = options.number ?? null;
      // Read before anything is opened.
      const recipe = options.recipe === undefined ? null : readRecipe(options.recipe).recipe;
      await withBook(context, options, (book, { append, paths, settings }) => {
        const sent = readSent(file, number, settings.desk);
        const { orderId, order } = book.open(sent.order, append);
        for (const warning of sent.warnings) context.output.message(`note: ${problemText(warning)}`);
        const shipping = { now: new Date(), shipBy: order.shipBy ?? null };
        const late = [
          ...orderDateNotices(order, libraryFolder(paths, settings), shipping.now),
          ...(recipe === null ? [] : namedNotices(recipe.name, datesOfRecipe(recipe), shipping)),
        ];
        for (const notice of late) context.output.message(`warning: ${notice}`);
        const unfilled = orderNotices(order, paths, settings);
        for (const notice of unfilled) context.output.message(`warning: ${notice}`);
        const warnings = [
          ...sent.warnings,
          ...[...late, ...unfilled].map((message) => ({ line: null, message })),
        ];
        context.output.result<typeof orderOpenForm>(
          { orderId, number: order.number, machines: order.machines.length, warnings },
          () => `Work order ${shown(order.number)} is open: ${machines(order.machines.length)} expected.`,
        );
      });
      return undefined;
    }),
  );
  whoOptions(
    orderShowForm,
    command.command('show').description('show the open work order and each of its machines'),
  ).action(
    commandAction<WhoOptions>(async (context, options) => {
      await withBook(context, options, (book, { paths, settings }) => {
        const open = book.require();
        const view = viewOf(open);
        const problems = orderNotices(open.order, paths, settings);
        for (const problem of problems) context.output.message(`warning: ${problem}`);
        context.output.result<typeof orderShowForm>({ ...documentOf(open, view), problems }, () =>
          showText(open, view),
        );
      });
      return undefined;
    }),
  );
  whoOptions(
    orderExceptForm,
    command
      .command('except')
      .description('add an exception: leave out a machine, or allow one that is not in the work order')
      .argument('<serial>', 'serial of the machine')
      .requiredOption('--reason <text>', 'reason to record'),
  ).action(
    commandAction<ExceptOptions>(async (context, options, [serial = '']) => {
      await withBook(context, options, (book, { append, settings }) => {
        const line = book.except(serial, options.reason, append, settings.desk);
        const { state, unexpected, reason, against } = line;
        context.output.result<typeof orderExceptForm>(
          { serial: line.serial, state, unexpected, reason, against },
          () =>
            unexpected && state !== 'left-out'
              ? `Machine ${line.serial} is not in the work order and is now allowed.`
              : `Machine ${line.serial} is left out.`,
        );
      });
      return undefined;
    }),
  );
  whoOptions(
    listedOrderForm,
    command
      .command('close')
      .description('close the open work order; refused while any of its machines is open'),
  ).action(
    commandAction<WhoOptions>(async (context, options) => {
      await withBook(context, options, (book, { append }) => {
        const closed = book.close(append);
        context.output.result<typeof listedOrderForm>(
          closed,
          () => `Work order ${shown(closed.number)} is closed: ${sumText(closed)}.`,
        );
      });
      return undefined;
    }),
  );
  command
    .command('list')
    .description('list all work orders of this station, newest last')
    .addOption(stateOption())
    .addOption(jsonOption(orderListForm))
    .action(
      commandAction<object>(async (context) => {
        const paths = statePaths(context.stateDirectory, { make: false });
        const orders = await withLedger(context, (ledger) => new OrderReader(ledger, paths).list());
        context.output.result<typeof orderListForm>({ orders }, () => listText(orders));
        return undefined;
      }),
    );
  command.addCommand(orderCheckCommand(readSent));
  command.addCommand(orderPapersCommand());
  return command;
}

function whoOptions(form: z.ZodType, command: Command): Command {
  return command.addOption(operatorOption()).addOption(stateOption()).addOption(jsonOption(form));
}

/** Jobs that a killed station left open are recorded first: an order must not show them as being written. */
async function withBook(
  context: CommandContext,
  { operator }: WhoOptions,
  work: (book: OrderBook, station: StationContext) => void,
): Promise<void> {
  await withStation(context, operatorOf(operator), (station) => {
    work(new OrderBook(station.ledger, station.paths), station);
    return Promise.resolve();
  });
}

/** Reads a file, or standard input for `-`. @throws PrestageError order-invalid */
function readSent(file: string, number: string | null, settings: ScanSettings): SentOrder {
  if (file !== '-') return readOrderFile(file, number, settings);
  const name = 'on standard input';
  return parseOrder(name, decodeText(name, readFileSync(0)), number, settings);
}

function documentOf(
  { orderId, order, lines, openedAt, openedBy, progress }: OpenOrder,
  view: OrderView,
): Omit<JsonDocument<typeof orderShowForm>, 'problems'> {
  return {
    ...{ orderId, ...termsOf(order), openedAt, openedBy },
    counts: view.counts,
    unexpected: view.unexpected,
    open: view.open.length,
    returns: view.returns,
    machines: view.lines.map((line) => ({
      ...{ ...lines.get(line.serial), ...line },
      returned: progress.returned.has(line.serial),
    })),
  };
}

function showText({ order, lines, openedAt, openedBy, progress }: OpenOrder, view: OrderView): string {
  const head = details([
    ['work order', order.number],
    ['opened', `${localTime(new Date(openedAt))} by ${openedBy}`],
    ['media', order.mediaSha256 ?? 'any verified media'],
    ['image', order.imageIndex === undefined ? 'any' : String(order.imageIndex)],
    ['layout', order.layout ?? 'any'],
    ['ship by', order.shipBy ?? null],
    ['firmware trust', trustOfOrder(order) ?? null],
    ['at the end', order.atEnd === undefined ? null : atEndWords[order.atEnd]],
    ['disk of each machine', order.disk ?? null],
    ['machines', countsText(view)],
    ['returned', view.returns === null ? null : returnsText(view.returns)],
  ]);
  const pairs = view.returns !== null;
  const models = order.machines.some((line) => modelCell(line) !== null);
  const rows: Cell[][] = view.lines.map(({ serial, state, unexpected, reason }) => {
    const line = lines.get(serial);
    const { assetTag = null, computerName = null } = line ?? {};
    const model = line === undefined ? null : modelCell(line);
    const old = line === undefined ? null : replacedBy(line);
    const back = progress.returned.has(serial) ? ', returned' : '';
    const pair = old === null ? null : `${replacedText(old)}${back}`;
    const known = [
      serial,
      state,
      assetTag,
      computerName,
      ...(models ? [model] : []),
      ...(pairs ? [pair] : []),
    ];
    return [...known, unexpected ? 'not in the work order' : null, reason];
  });
  const titles = [
    ...['MACHINE', 'STATE', 'ASSET TAG', 'NAME'],
    ...(models ? ['MODEL'] : []),
    ...(pairs ? ['REPLACES'] : []),
    ...['NOTE', 'REASON'],
  ];
  const columns = titles.map((title) => ({ title }));
  const open = view.open.length === 0 ? 'No machines are open.' : `${machines(view.open.length)} open.`;
  const against = view.lines.flatMap(againstText);
  return [head, table(columns, rows), ...(against.length === 0 ? [] : [against.join('\n')]), open].join(
    '\n\n',
  );
}

/** Maker, model, system SKU and board; null: the order says none of them. */
function modelCell(line: OrderLine): string | null {
  const ids = modelIdsText(line);
  return [modelText(line) ?? '', ids === null ? '' : `(${ids})`].join(' ').trim() || null;
}

/** Why a machine whose drive was finished is not done. */
function againstText({ serial, against }: OrderLineView): string[] {
  if (against === null) return [];
  const other = sanitizeForDisplay(against.machineSerial ?? '');
  switch (against.what) {
    case 'erased':
      return [`${serial}: its drive was written again for machine ${other}. Write a drive for it again.`];
    case 'perhaps-erased':
      return [
        `${serial}: not sure. A drive with the same serial was written later for machine ${other}. If you have the drive of this machine, insert it and run: prestage verify`,
      ];
    case 'found-wrong':
      return [`${serial}: its drive failed when it was read again.`];
    case 'boot-failed':
      return [`${serial}: its drive failed its boot test.`];
  }
}

function countsText({ counts, unexpected }: OrderView): string {
  const states = orderLineStates.filter((state) => counts[state] > 0);
  const texts = states.map((state) => `${counts[state]} ${state}`);
  return [...texts, ...(unexpected > 0 ? [`${unexpected} of them not in the work order`] : [])].join(', ');
}

/** How many of the replaced computers came back. */
function returnsText({ expected, returned }: NonNullable<OrderView['returns']>): string {
  return `${returned} of ${expected} replaced computers`;
}

function listText(orders: readonly ListedOrder[]): string {
  if (orders.length === 0) return 'No work order was ever opened on this station.';
  const pairs = orders.some(({ returns }) => returns !== null);
  const titles = [
    'WORK ORDER',
    'OPENED',
    'BY',
    'MACHINES',
    'CLOSED',
    'RESULT',
    ...(pairs ? ['RETURNED'] : []),
  ];
  const columns = titles.map((title) => ({ title }));
  const rows = orders.map((order) => [
    order.number,
    localTime(new Date(order.openedAt)),
    order.openedBy,
    String(order.machines),
    order.closed === null ? 'open' : localTime(new Date(order.closed.at)),
    order.closed === null ? null : sumText(order),
    ...(pairs
      ? [order.returns === null ? null : `${order.returns.returned} of ${order.returns.expected}`]
      : []),
  ]);
  return table(columns, rows);
}

function sumText({ closed }: ListedOrder): string {
  if (closed === null) return '';
  const { done, leftOut, unexpected } = closed;
  return `${done} done, ${leftOut} left out, ${unexpected} done outside the work order`;
}

function machines(count: number): string {
  return counted(count, 'machine', 'machines');
}

function shown(text: string): string {
  return sanitizeForDisplay(text, 60);
}
