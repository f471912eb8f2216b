import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { z } from 'zod';
import { sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { counted } from '../../core/base/plurals';
import {
  labelDpis,
  labelForms,
  labelSettingsSchema,
  labelSizeNames,
  queueNameSchema,
} from '../../core/label/label-settings';
import { printLabels } from '../labels/print-labels';
import { listQueues, printQueueSchema } from '../labels/print-queues';
import { makeLabels } from '../shipment/make-labels';
import type { LabelChoice } from '../shipment/ship-protocol';
import { loadSettings } from '../state/settings';
import { statePaths } from '../state/state-paths';
import { commandAction, jsonOption, stateOption } from './command-context';
import { withLedger } from './ledger-command';
import { requireNew, writeNewFile } from './new-file';
import { table } from './output';

/** What `label print --json` prints. */
export const labelPrintForm = z.strictObject({
  /** Labels that were made. */
  labels: z.int().positive(),
  form: z.enum(labelForms),
  size: z.enum(labelSizeNames),
  /** Queue of CUPS; null: the default printer, or a file. */
  queue: z.string().nullable(),
  /** What `lp` said of the job; null: they went into a file. That the queue took them does not say that they were printed. */
  job: z.string().nullable(),
  /** The file, absolute; null: they went to the printer. */
  file: z.string().nullable(),
  /** Machines of the shipment without a label, and why: a sentence each. */
  left: z.array(z.string()),
});

/** What `label queues --json` prints. */
export const labelQueuesForm = z.strictObject({
  queues: z.array(printQueueSchema),
  /** Why there may be others; null: all were listed. */
  problem: z.string().nullable(),
});

interface PrintOptions {
  readonly machine?: string;
  readonly shipment?: string;
  readonly test?: boolean;
  readonly queue?: string;
  readonly form?: string;
  readonly size?: string;
  readonly dpi?: string;
  readonly output?: string;
}

/** `prestage label`: the label printer. */
export function labelCommand(): Command {
  const command = new Command('label').description('print labels of machines and boxes on a label printer');
  command
    .command('print')
    .description('print the label of a machine that passed, or of each box of a shipment')
    .option('--machine <serial>', 'the machine; its drive passed, by the ledger')
    .option('--shipment <number>', 'a closed shipment: a label for each of its boxes')
    .option('--test', 'a test label, of no machine')
    .option('--queue <name>', 'print queue of CUPS (default: from the settings, or the default printer)')
    .addOption(
      new Option('--form <form>', 'pdf, or zpl for a raw queue (default: from the settings, or pdf)').choices(
        labelForms,
      ),
    )
    .addOption(
      new Option('--size <size>', 'millimetres (default: from the settings, or 105x74)').choices(
        labelSizeNames,
      ),
    )
    .addOption(
      new Option('--dpi <dpi>', 'of the print head, for zpl (default: from the settings, or 203)').choices(
        labelDpis.map(String),
      ),
    )
    .option('--output <file>', 'write them into a file that does not exist yet; nothing is printed')
    .addOption(stateOption())
    .addOption(jsonOption(labelPrintForm))
    .action(
      commandAction<PrintOptions>(async (context, options) => {
        const choice = choiceOf(options);
        const paths = statePaths(context.stateDirectory, { make: false });
        const settings = loadSettings(paths);
        const labels = labelSettingsSchema.parse({ ...settings.labels, ...changesOf(options) });
        const file = options.output === undefined ? null : resolve(options.output);
        if (file !== null) requireNew(file);
        const wanted = choice.of === 'test' ? { ...choice, stationName: settings.stationName } : choice;
        const made =
          wanted.of === 'test'
            ? await makeLabels(null, wanted, labels)
            : await withLedger(context, (ledger) => makeLabels(ledger, wanted, labels));
        for (const reason of made.left) context.output.message(`no label: ${reason}`);
        if (file !== null) writeNewFile(file, made.bytes);
        const job = file === null ? await printLabels(made, labels, made.what) : null;
        const { form, size } = labels;
        const queue = file === null ? labels.queue : null;
        context.output.result<typeof labelPrintForm>(
          { labels: made.count, ...{ form, size, queue, job, file }, left: [...made.left] },
          () => {
            const many = counted(made.count, 'label', 'labels');
            return file === null
              ? `The print queue took ${many}: ${sanitizeForDisplay(job ?? '')}`
              : `Wrote ${many}: ${sanitizeForDisplay(file, 512)}`;
          },
        );
        return undefined;
      }),
    );
  command
    .command('queues')
    .description('list the print queues of this computer')
    .addOption(jsonOption(labelQueuesForm))
    .action(
      commandAction<object>(async ({ output }) => {
        const { queues, problem } = await listQueues();
        if (problem !== null) output.message(`warning: ${problem}`);
        output.result<typeof labelQueuesForm>({ queues: [...queues], problem }, () =>
          queues.length === 0
            ? 'There is no print queue. Add one with the printer settings of this computer, or with lpadmin.'
            : table(
                [{ title: 'QUEUE' }, { title: 'STATE' }, { title: 'DEFAULT' }],
                queues.map(({ name, state, isDefault }) => [name, state, isDefault ? 'yes' : null]),
              ),
        );
        return undefined;
      }),
    );
  return command;
}

/** @throws PrestageError usage */
function choiceOf({
  machine,
  shipment,
  test,
}: PrintOptions): Exclude<LabelChoice, { of: 'test' }> | { of: 'test' } {
  const choices = [
    ...(machine === undefined ? [] : [{ of: 'machine', machineSerial: machine } as const]),
    ...(shipment === undefined ? [] : [{ of: 'shipment', number: shipment } as const]),
    ...(test === true ? [{ of: 'test' } as const] : []),
  ];
  const [choice, second] = choices;
  if (choice !== undefined && second === undefined) return choice;
  throw new PrestageError({
    code: 'usage',
    message:
      choice === undefined ? 'It is not said which labels.' : 'Labels were chosen in more than one way.',
    remedy: 'Nothing was printed. Give one of --machine, --shipment and --test.',
  });
}

/** @throws PrestageError usage */
function changesOf({ queue, form, size, dpi }: PrintOptions): object {
  if (queue !== undefined && !queueNameSchema.safeParse(queue).success) {
    throw new PrestageError({
      code: 'usage',
      message: `'${sanitizeForDisplay(queue, 60)}' is not the name of a print queue.`,
      remedy:
        'Nothing was printed. Names have letters, digits and _ . @ + - ; list them with: prestage label queues',
    });
  }
  return {
    ...(queue === undefined ? {} : { queue }),
    ...(form === undefined ? {} : { form }),
    ...(size === undefined ? {} : { size }),
    ...(dpi === undefined ? {} : { dpi: Number(dpi) }),
  };
}
