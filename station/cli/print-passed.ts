import { sanitizeForDisplay } from '../../core/base/display';
import { PrestageError, toErrorData } from '../../core/base/errors';
import { noAnswer, printLabels } from '../labels/print-labels';
import type { LedgerReader } from '../ledger/ledger-reader';
import { makeLabels } from '../shipment/make-labels';
import type { Settings } from '../state/settings';
import type { Output } from './output';

/** Labels of drives that pass in a batch of the command line, one after the other, beside the work. */
export class PassedLabels {
  #last: Promise<void> = Promise.resolve();
  /** The print service did not answer: the batch does not wait for it drive by drive. */
  #silent = false;

  constructor(
    private readonly settings: Pick<Settings, 'labels'>,
    private readonly ledger: LedgerReader,
    private readonly output: Pick<Output, 'message'>,
  ) {}

  /** A drive passed and is recorded. A printer that takes nothing is told, and stops nothing. */
  passed(machineSerial: string): void {
    const { labels } = this.settings;
    if (!labels.printWhenPassed) return;
    this.#last = this.#last.then(async () => {
      try {
        if (this.#silent) throw unanswered(machineSerial);
        const made = await makeLabels(this.ledger, { of: 'machine', machineSerial }, labels);
        await printLabels(made, labels, made.what);
      } catch (error) {
        const { message, cause } = toErrorData(error);
        this.#silent ||= cause === noAnswer;
        const why = cause === null ? '' : ` (${cause})`;
        const shown = sanitizeForDisplay(machineSerial);
        this.output.message(
          `warning: ${message}${why} Print it again: prestage label print --machine '${shown}'`,
        );
      }
    });
  }

  /** Resolves when all were given to the printer, or were not. */
  async settled(): Promise<void> {
    await this.#last;
  }
}

function unanswered(machineSerial: string): PrestageError {
  return new PrestageError({
    code: 'label-not-printed',
    message: `The label of machine ${sanitizeForDisplay(machineSerial)} was not printed: the print service did not answer before.`,
  });
}
