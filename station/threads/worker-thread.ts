import { parentPort, Worker } from 'node:worker_threads';
import { basename } from 'node:path';
import { logError } from '../state/log-file';
import { PrestageError, toErrorData, type ErrorData } from '../../core/base/errors';

/**
 * Requests and replies between the main thread and a worker thread. Both ends are ours and of one build: no schema
 * stands between. An error travels as data and is thrown again as the PrestageError that it was.
 */

/** What a worker may be asked: a union of objects, each with its `verb`. */
interface Request {
  readonly verb: string;
}

interface Question<R extends Request> {
  readonly id: number;
  readonly request: R;
}

type Reply =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly error: ErrorData }
  /** Said unasked, while it works. */
  | { readonly told: unknown };

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (error: PrestageError) => void;
}

export interface WorkerThreadOptions<Told = never> {
  /** Absolute path of the worker's bundle, which calls {@link answerRequests}. */
  readonly file: string;
  /** What the worker needs from the start; cloned. */
  readonly data: unknown;
  /** The error of what is not answered because the worker ended. */
  readonly gone: (cause: string) => PrestageError;
  /** What the worker said with {@link tell}: before the reply that it was said before. */
  readonly onTold?: (told: Told) => void;
  /** @param cause in words, of {@link gone} */
  readonly onEnd?: (cause: string) => void;
}

/**
 * One worker thread and the requests that it has not answered.
 * `Answers` has what each verb of `R` is answered with, `Told` is what the worker says unasked.
 */
export class WorkerThread<
  R extends Request,
  Answers extends Readonly<Record<R['verb'], unknown>>,
  Told = never,
> {
  readonly #worker: Worker;
  readonly #gone: WorkerThreadOptions['gone'];
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #ended = false;

  constructor({ file, data, gone, onTold, onEnd }: WorkerThreadOptions<Told>) {
    this.#gone = gone;
    this.#worker = new Worker(file, { workerData: data });
    let cause = 'it ended';
    this.#worker.on('message', (reply: Reply) => {
      if ('told' in reply) {
        onTold?.(reply.told as Told);
        return;
      }
      const waiting = this.#waiting.get(reply.id);
      this.#waiting.delete(reply.id);
      if (reply.ok) waiting?.resolve(reply.value as never);
      else waiting?.reject(new PrestageError(reply.error));
    });
    this.#worker.on('error', (error) => {
      logError('worker-failed', error, { worker: basename(file) });
      cause = error.message;
    });
    this.#worker.on('exit', () => {
      this.#ended = true;
      for (const { reject } of this.#waiting.values()) reject(gone(cause));
      this.#waiting.clear();
      onEnd?.(cause);
    });
  }

  /** The worker is gone and answers nothing any more. */
  get ended(): boolean {
    return this.#ended;
  }

  /** @throws PrestageError as the worker threw it, or that it ended before it answered */
  ask<Q extends R>(request: Q): Promise<Answers[Q['verb']]> {
    this.#lastId += 1;
    const question: Question<R> = { id: this.#lastId, request };
    return new Promise((resolve, reject) => {
      if (this.#ended) {
        reject(this.#gone('it ended'));
        return;
      }
      this.#waiting.set(question.id, { resolve, reject });
      this.#worker.postMessage(question);
    });
  }

  /** Ends the thread wherever it is. What was asked and not answered is rejected. */
  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}

/** The worker's side: says something unasked. */
export function tell(told: unknown): void {
  const reply: Reply = { told };
  parentPort?.postMessage(reply);
}

/** The worker's side: answers each request that comes. The thread lives until it is ended. */
export function answerRequests<R extends Request, Answers extends Readonly<Record<R['verb'], unknown>>>(
  answer: (request: R) => Answers[R['verb']] | Promise<Answers[R['verb']]>,
): void {
  parentPort?.on('message', ({ id, request }: Question<R>) => {
    const reply = (said: Reply): void => {
      parentPort?.postMessage(said);
    };
    // A synchronous refusal is one like any other.
    Promise.resolve()
      .then(() => answer(request))
      .then(
        (value) => {
          reply({ id, ok: true, value });
        },
        (error: unknown) => {
          reply({ id, ok: false, error: toErrorData(error) });
        },
      );
  });
}
