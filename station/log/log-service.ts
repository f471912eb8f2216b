import type { LogEntry, LogPage, LogQuery, LogReport } from '../../core/contract/app-log';
import { cancelled, PrestageError } from '../../core/base/errors';
import { ledgerPathsOf, type LedgerPaths } from '../ledger/ledger-reader';
import { WorkerThread } from '../threads/worker-thread';
import type { LogAnswers, LogRequest } from './log-protocol';

export interface LogServiceOptions {
  readonly paths: LedgerPaths;
  /** Absolute path of the bundled log-worker. */
  readonly workerFile: string;
}

type LogThread = WorkerThread<LogRequest, LogAnswers>;

/**
 * The log, off this thread. Questions go to one worker that keeps the index; verifying and exporting, which take
 * long, each get a worker of their own. A worker that ended is started again at the next question.
 */
export class LogService {
  readonly #options: LogServiceOptions;
  readonly #workers = new Set<LogThread>();
  #reader: LogThread | null = null;
  #closed = false;

  constructor(options: LogServiceOptions) {
    this.#options = options;
  }

  /** A page of the lines that fit, newest first. */
  async query({
    offset,
    limit,
    ...query
  }: LogQuery & { readonly offset: number; readonly limit: number }): Promise<LogPage> {
    return await this.#ask({ verb: 'query', query, offset, limit });
  }

  /** @throws PrestageError record-not-found, ledger-broken */
  async entry(sequence: number): Promise<LogEntry> {
    return await this.#ask({ verb: 'entry', sequence });
  }

  /** Looks at everything; see Ledger.verify. */
  async verify(): Promise<LogReport> {
    return await this.#askAlone({ verb: 'verify' });
  }

  /** @throws PrestageError ledger-broken when it is not whole, usage when the file cannot be written */
  async export(format: 'json' | 'csv', path: string): Promise<void> {
    await this.#askAlone({ verb: 'export', format, path });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#workers].map((worker) => worker.end()));
  }

  async #ask<R extends LogRequest>(request: R): Promise<LogAnswers[R['verb']]> {
    if (this.#reader?.ended !== false) this.#reader = this.#start();
    return await this.#reader.ask(request);
  }

  async #askAlone<R extends LogRequest>(request: R): Promise<LogAnswers[R['verb']]> {
    const worker = this.#start();
    try {
      return await worker.ask(request);
    } finally {
      await worker.end();
    }
  }

  #start(): LogThread {
    if (this.#closed) throw cancelled('The log');
    const worker: LogThread = new WorkerThread({
      file: this.#options.workerFile,
      data: ledgerPathsOf(this.#options.paths),
      gone,
      onEnd: () => {
        this.#workers.delete(worker);
      },
    });
    this.#workers.add(worker);
    return worker;
  }
}

function gone(cause: string): PrestageError {
  return new PrestageError({
    code: 'ledger-unavailable',
    message: 'The log could not be read to the end.',
    cause,
    remedy: 'Try again. The records are not affected.',
  });
}
