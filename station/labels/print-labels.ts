/** Gives labels to a print queue. */
import { PrestageError } from '../../core/base/errors';
import { labelSizes, queueNameSchema, type LabelSettings } from '../../core/label/label-settings';
import { timeouts } from '../../core/base/timeouts';
import { runPrintTool } from './print-tool';

/**
 * Gives labels to the queue, which prints them when it can: that it took them does not say that they were printed.
 * @param made `title`: what it is called among the jobs of the queue
 * @param what the labels, for the message: `The label of machine X`
 * @returns what `lp` said: the job's name
 * @throws PrestageError tool-missing, label-not-printed
 */
export async function printLabels(
  { bytes, title }: { readonly bytes: Uint8Array; readonly title: string },
  { queue, form, size }: Pick<LabelSettings, 'queue' | 'form' | 'size'>,
  what: string,
): Promise<string> {
  const { width, height } = labelSizes[size];
  const media = form === 'zpl' ? ['-o', 'raw'] : ['-o', `media=Custom.${width}x${height}mm`];
  const to = queue === null ? [] : ['-d', queueNameSchema.parse(queue)];
  const { status, stdout, said } = await runPrintTool('lp', [...to, '-t', title, ...media], bytes);
  if (status === 0) return stdout.trim();
  const printer = queue === null ? 'The default printer' : `The print queue ${queue}`;
  // Of a service that does not run, lp says that there is no such printer.
  const running = status === null || (await isServiceRunning());
  throw new PrestageError({
    code: 'label-not-printed',
    message: `${what} was not printed. ${running ? `${printer} ${status === null ? 'did not answer' : 'did not take it'}` : 'The print service (CUPS) of this computer is not running'}.`,
    cause: status === null ? noAnswer : said === '' ? null : said,
  });
}

/** The cause of a label that a print service did not answer about: the next one waits as long. */
export const noAnswer = `no answer within ${timeouts.printLabel / 1000} seconds`;

async function isServiceRunning(): Promise<boolean> {
  const { stdout } = await runPrintTool('lpstat', ['-r']);
  return !stdout.includes('not running');
}
