import type { LabelQueues, LabelWish } from '../../core/contract/app-labels';
import { sanitizeForDisplay } from '../../core/base/display';
import { cancelled, toErrorData } from '../../core/base/errors';
import { listQueues } from '../labels/print-queues';
import { printLabels } from '../labels/print-labels';
import type { ShipService } from '../shipment/ship-service';
import { logEvent } from '../state/log-file';
import type { Settings } from '../state/settings';
import type { NoticeService } from './notices';

export interface LabelServiceDependencies {
  readonly settings: () => Pick<Settings, 'labels' | 'stationName'>;
  /** Draws them, off this thread. */
  readonly shipments: Pick<ShipService, 'labels'>;
  readonly notices: Pick<NoticeService, 'show'>;
}

/** The label printer: what somebody asks for, and what is printed by itself. One after the other, as labels come out. */
export class LabelService {
  readonly #dependencies: LabelServiceDependencies;
  #last: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(dependencies: LabelServiceDependencies) {
    this.#dependencies = dependencies;
  }

  /** @throws PrestageError tool-missing */
  async queues(): Promise<LabelQueues> {
    const { queues, problem } = await listQueues();
    return { queues: [...queues], problem };
  }

  /** @throws PrestageError tool-missing, label-refused, label-not-printed, record-not-found, ledger-… */
  async print(wish: LabelWish): Promise<{ count: number; left: string[] }> {
    const printed = this.#last.then(() => {
      if (this.#closed) throw cancelled('The label');
      return this.#print(wish);
    });
    this.#last = printed.catch(() => undefined);
    return await printed;
  }

  /**
   * Prints the label of a machine that just passed, or whose drive was just taken out. Nobody waits for it: what goes wrong
   * becomes a notice that offers it again.
   */
  printByItself(machineSerial: string): void {
    this.print({ of: 'machine', machineSerial }).catch((error: unknown) => {
      const { notices } = this.#dependencies;
      const told = toErrorData(error);
      const which = `machine ${sanitizeForDisplay(machineSerial)}`;
      // Whatever it is about, the notice names the machine.
      const message = told.message.includes(machineSerial)
        ? told.message
        : `The label of ${which} was not printed. ${told.message}`;
      notices.show('error', { ...told, message }, { machineSerial });
    });
  }

  /** The one label that is on its way goes to the queue; those behind it are not waited for. Never rejects. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#last;
  }

  async #print(wish: LabelWish): Promise<{ count: number; left: string[] }> {
    const { settings, shipments } = this.#dependencies;
    const { labels, stationName } = settings();
    const choice = wish.of === 'test' ? { ...wish, stationName } : wish;
    const made = await shipments.labels(choice, labels);
    const job = await printLabels(made, labels, made.what);
    logEvent('info', 'label-sent', { what: made.what, job });
    return { count: made.count, left: [...made.left] };
  }
}
