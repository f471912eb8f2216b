import { Emitter } from 'vscode-jsonrpc/node';
import type { BundleReport, ShipList, ShipmentPapers } from '../../core/contract/app-shipments';
import { PrestageError } from '../../core/base/errors';
import type { AppendContext } from '../ledger/ledger';
import { ledgerPathsOf, type LedgerPaths } from '../ledger/ledger-reader';
import { WorkerThread } from '../threads/worker-thread';
import type {
  EraseCertificate,
  LabelChoice,
  LabelLook,
  MadeLabels,
  ShipAnswers,
  ShipRequest,
} from './ship-protocol';

export interface ShipServiceOptions {
  readonly paths: LedgerPaths;
  /** Absolute path of the bundled ship-worker. */
  readonly workerFile: string;
  /** Who and what closes a shipment; resolves when the station may write. */
  readonly append: () => Promise<AppendContext>;
}

/** Where a bundle goes. */
export interface BundlePlace {
  /** Absolute path. */
  readonly file: string;
  /** Somebody has said that a file of that name may go. */
  readonly replace: boolean;
}

/** Shipments, off this thread: each question has a worker of its own. */
export class ShipService {
  readonly #closed = new Emitter<readonly string[]>();
  /** A shipment is in the ledger, with these machines; none when it may be there and its bundle could not be made. */
  readonly onClosed = this.#closed.event;
  readonly #options: ShipServiceOptions;
  /** Where bundles were made since the start, by shipment number. */
  readonly #files = new Map<string, string>();
  readonly #running = new Set<Promise<unknown>>();

  constructor(options: ShipServiceOptions) {
    this.#options = options;
  }

  /** @throws PrestageError ledger-… */
  async list(): Promise<ShipList> {
    return await this.#ask({ verb: 'list' });
  }

  /** What packing list and labels say. @throws PrestageError record-not-found, ledger-… */
  async papers(number: string): Promise<ShipmentPapers> {
    return await this.#ask({ verb: 'papers', number });
  }

  /** The certificate of a drive that was erased for no machine. @throws PrestageError record-not-found, ledger-… */
  async eraseCertificate(sequence: number): Promise<EraseCertificate> {
    return await this.#ask({ verb: 'erase-certificate', sequence });
  }

  /** Labels, drawn. @throws PrestageError record-not-found, label-refused, ledger-… */
  async labels(choice: LabelChoice, look: LabelLook): Promise<MadeLabels> {
    return await this.#ask({ verb: 'labels', choice, look });
  }

  /** @throws PrestageError usage, shipment-refused, ledger-… */
  async close(number: string, serials: readonly string[], bundle: BundlePlace): Promise<BundleReport> {
    const append = await this.#options.append();
    let shipped: readonly string[] = [];
    try {
      const report = this.#made(await this.#ask({ verb: 'close', number, serials, ...bundle, append }));
      shipped = serials;
      return report;
    } finally {
      this.#closed.fire(shipped);
    }
  }

  /** @throws PrestageError record-not-found, usage, ledger-… */
  async again(number: string, bundle: BundlePlace): Promise<BundleReport> {
    return this.#made(await this.#ask({ verb: 'again', number, ...bundle }));
  }

  /** Where a shipment's bundle was made; null when it was not since the start. */
  fileOf(number: string): string | null {
    return this.#files.get(number) ?? null;
  }

  /** Resolves when no shipment is being closed any more. Never rejects. */
  async settled(): Promise<void> {
    await Promise.allSettled([...this.#running]);
  }

  #made(report: BundleReport): BundleReport {
    this.#files.set(report.number, report.file);
    return report;
  }

  async #ask<R extends ShipRequest>(request: R): Promise<ShipAnswers[R['verb']]> {
    const running = this.#run(request);
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  async #run<R extends ShipRequest>(request: R): Promise<ShipAnswers[R['verb']]> {
    const data = ledgerPathsOf(this.#options.paths);
    const thread = new WorkerThread<ShipRequest, ShipAnswers>({ file: this.#options.workerFile, data, gone });
    try {
      return await thread.ask(request);
    } finally {
      await thread.end();
    }
  }
}

function gone(cause: string): PrestageError {
  return new PrestageError({
    code: 'ledger-unavailable',
    message: 'The shipment could not be completed.',
    cause,
    remedy:
      'Open the list of shipments again. If the shipment is listed, make its bundle again; if not, close it again.',
  });
}
