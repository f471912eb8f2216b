import { pipeline, Transform } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  CancellationTokenSource,
  createMessageConnection,
  Message,
  ResponseError,
  StreamMessageReader,
  StreamMessageWriter,
  type DataCallback,
  type Disposable,
  type MessageConnection,
} from 'vscode-jsonrpc/node';
import type { z } from 'zod';
import {
  helperErrorSchema,
  helperMethods,
  helperNotifications,
  helperProtocolVersion,
  jobProgressSchema,
  taskProgressSchema,
  type HelperMethod,
  type HelperRequest,
  type HelperResponse,
  type JobProgress,
  type TaskProgress,
} from '../../core/contract/helper-api';
import { FrameGuard, passFrames, type FrameProblem } from '../../core/contract/frame-guard';
import { sanitizeForDisplay } from '../../core/base/display';
import { cancelled, PrestageError } from '../../core/base/errors';
import { describeExit, type HelperEnd, type HelperExit } from './helper-process';

export interface CallOptions {
  /** Aborting asks the helper to cancel. The call ends when the helper has answered that. */
  readonly signal?: AbortSignal | undefined;
  /** Progress of this call; for the verbs whose request carries a token. */
  readonly onTaskProgress?: ((progress: TaskProgress) => void) | undefined;
}

/**
 * The station's end of the wire to one helper. Nothing that the helper says is believed before it has been
 * parsed; the first thing that is not of the protocol ends the connection.
 */
export class HelperClient {
  readonly #helper: HelperEnd;
  readonly #connection: MessageConnection;
  readonly #inFlight = new Set<(error: PrestageError) => void>();
  readonly #taskListeners = new Map<string, (progress: TaskProgress) => void>();
  readonly #jobListeners = new Set<(progress: JobProgress) => void>();
  #failure: PrestageError | null = null;
  #greeting: HelperResponse<'hello'> | null = null;
  #disposal: Promise<HelperExit> | null = null;
  #heardAt = performance.now();

  constructor(helper: HelperEnd) {
    this.#helper = helper;
    const guard = new FrameGuard();
    const guarded = new Transform({ transform: passFrames(guard, withFound) });
    const outputEnded = new Promise<void>((resolve) => {
      pipeline(helper.stdout, guarded, (error) => {
        if (error && !isClosing(error)) this.#breakOff(error.message);
        resolve();
      });
    });
    const ignore = (): void => undefined;
    let handled = 0;
    this.#connection = createMessageConnection(
      new AnswerReader(guarded),
      new StreamMessageWriter(helper.stdin),
      { error: ignore, warn: ignore, info: ignore, log: ignore },
      {
        messageStrategy: {
          handleMessage: (message, next) => {
            handled += 1;
            this.#heardAt = performance.now();
            return next(message);
          },
        },
      },
    );
    this.#connection.onError(([error, message]) => {
      // With a message it is a write that failed: the helper is going, and `exited` will say how.
      // So is a pipe that closed under it.
      if (message === undefined && !isClosing(error)) this.#breakOff(error.message);
    });
    this.#connection.onNotification((name: string, params: unknown) => {
      this.#receive(name, params);
    });
    this.#connection.listen();
    void helper.exited.then(async (exit) => {
      await outputEnded;
      // The connection handles one message a turn: what the helper answered before its end still counts.
      while (this.#failure === null && handled < guard.messages) await nextTurn();
      this.#fail(this.#disposal === null ? this.#died(exit) : cancelled('The helper'));
    });
  }

  /** What the helper said of itself; null before {@link HelperClient.greet}. */
  get greeting(): HelperResponse<'hello'> | null {
    return this.#greeting;
  }

  /** Why no more calls are possible, or null. */
  get failure(): PrestageError | null {
    return this.#failure;
  }

  /** When the helper last said anything (performance.now()); before that, when it was first listened to. */
  get heardAt(): number {
    return this.#heardAt;
  }

  /** Resolves when the helper has ended, however. */
  get exited(): Promise<HelperExit> {
    return this.#helper.exited;
  }

  /**
   * The first call: agrees on the protocol.
   * @throws PrestageError helper-outdated, and what {@link HelperClient.call} throws
   */
  async greet(client: string): Promise<HelperResponse<'hello'>> {
    const greeting = await this.call('hello', { protocolVersion: helperProtocolVersion, client });
    if (greeting.protocolVersion !== helperProtocolVersion) {
      throw new PrestageError({
        code: 'helper-outdated',
        message: `The helper is from another version of Prestage (${sanitizeForDisplay(greeting.version)}).`,
        cause: `protocol ${greeting.protocolVersion} instead of ${helperProtocolVersion}`,
      });
    }
    this.#greeting = greeting;
    return greeting;
  }

  /**
   * Calls one verb.
   * @throws PrestageError the helper's own; `cancelled`; `helper-died`; `helper-protocol`
   */
  async call<M extends HelperMethod>(
    method: M,
    params: HelperRequest<M>,
    options: CallOptions = {},
  ): Promise<HelperResponse<M>> {
    const { signal, onTaskProgress } = options;
    if (this.#failure !== null) throw this.#failure;
    if (signal?.aborted === true) throw cancelled(callName(method));
    // A request that is not of the contract is a bug of ours and must not leave the house.
    const request = schemaOf(method, 'request').parse(params);
    const token = tokenOf(request);
    if (token !== null && onTaskProgress !== undefined) this.#taskListeners.set(token, onTaskProgress);
    const source = new CancellationTokenSource();
    const onAbort = (): void => {
      source.cancel();
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    let giveUp: (error: PrestageError) => void = () => undefined;
    const gone = new Promise<never>((_resolve, reject) => {
      giveUp = reject;
    });
    this.#inFlight.add(giveUp);
    try {
      const answer = this.#connection.sendRequest<unknown>(method, request, source.token);
      const settled = answer.catch((error: unknown) => this.#translate(method, error, gone));
      return this.#parseAnswer(method, await Promise.race([settled, gone]));
    } finally {
      this.#inFlight.delete(giveUp);
      signal?.removeEventListener('abort', onAbort);
      source.dispose();
      if (token !== null) this.#taskListeners.delete(token);
    }
  }

  /** Listens to every job's states. @returns a function that ends the listening */
  onJobProgress(listener: (progress: JobProgress) => void): () => void {
    this.#jobListeners.add(listener);
    return () => {
      this.#jobListeners.delete(listener);
    };
  }

  /**
   * Ends the helper: closes its input, waits for it, kills it when it does not end. Calls in flight end as
   * cancelled.
   * @param patience milliseconds; the default is timeouts.helperExit
   */
  async dispose(patience?: number): Promise<HelperExit> {
    this.#disposal ??= this.#helper.end(patience);
    const exit = await this.#disposal;
    this.#connection.dispose();
    return exit;
  }

  #receive(name: string, params: unknown): void {
    if (name === helperNotifications.taskProgress) {
      const progress = taskProgressSchema.safeParse(params);
      if (progress.success) this.#taskListeners.get(progress.data.token)?.(progress.data);
      else this.#breakOff('taskProgress is not valid');
    } else if (name === helperNotifications.jobProgress) {
      const progress = jobProgressSchema.safeParse(params);
      if (!progress.success) this.#breakOff('jobProgress is not valid');
      else for (const listener of this.#jobListeners) listener(progress.data);
    } else {
      this.#breakOff(`notification ${name}`);
    }
  }

  #parseAnswer<M extends HelperMethod>(method: M, answer: unknown): HelperResponse<M> {
    const parsed = schemaOf(method, 'response').safeParse(answer);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    throw this.#breakOff(`answer to ${method}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`);
  }

  async #translate(method: HelperMethod, error: unknown, gone: Promise<never>): Promise<never> {
    if (!(error instanceof ResponseError) || error.data === undefined) {
      // Not an answer: the request could not be written. How the helper ended says why.
      return await gone;
    }
    const parsed = helperErrorSchema.safeParse(error.data);
    if (parsed.success) throw new PrestageError(parsed.data);
    throw this.#breakOff(`the error from ${method} is not valid`);
  }

  /** The helper said something that is not of the protocol: whatever it says next is not believed. */
  #breakOff(cause: string): PrestageError {
    const error = new PrestageError({
      code: 'helper-protocol',
      message: 'Prestage could not read a message from the helper.',
      cause: sanitizeForDisplay(cause, 400),
      remedy: 'Start again. If it happens again, reinstall Prestage (in a checkout: npm run setup).',
    });
    this.#fail(error);
    // Closing its input makes the helper cancel and flush; dispose() waits for it.
    this.#helper.stdin.end();
    return this.#failure ?? error;
  }

  #died(exit: HelperExit): PrestageError {
    const cause = [describeExit(exit), this.#helper.lastWords()].filter((part) => part !== null).join('\n');
    if (this.#greeting === null) {
      return new PrestageError({
        code: 'helper-died',
        message: 'The helper could not be started.',
        cause,
        remedy: 'Reinstall Prestage (in a checkout: npm run setup), then start again.',
      });
    }
    return new PrestageError({
      code: 'helper-died',
      message: 'The helper stopped unexpectedly.',
      cause,
    });
  }

  #fail(error: PrestageError): void {
    this.#failure ??= error;
    for (const giveUp of this.#inFlight) giveUp(this.#failure);
    this.#inFlight.clear();
  }
}

/** Lets only answers and notifications pass: a helper asks nothing of the station. */
class AnswerReader extends StreamMessageReader {
  override listen(callback: DataCallback): Disposable {
    return super.listen((message) => {
      const answer = Message.isResponse(message) && typeof message.id === 'number';
      if (answer || Message.isNotification(message)) callback(message);
      else this.fireError(new Error('neither an answer nor a notification'));
    });
  }
}

/** The helper's output was closed before its end: that is its death, not what it said. */
function isClosing(error: NodeJS.ErrnoException): boolean {
  return error.code === 'ERR_STREAM_PREMATURE_CLOSE' || error.code === 'EPIPE' || error.code === 'ECONNRESET';
}

function callName(method: HelperMethod): string {
  return `The helper's ${method}`;
}

function tokenOf(request: unknown): string | null {
  const { progressToken } = request as { progressToken?: unknown };
  return typeof progressToken === 'string' ? progressToken : null;
}

interface Parsed<M extends HelperMethod> {
  request: HelperRequest<M>;
  response: HelperResponse<M>;
}

function schemaOf<M extends HelperMethod, S extends 'request' | 'response'>(
  method: M,
  side: S,
): z.ZodType<Parsed<M>[S]> {
  return helperMethods[method][side] as unknown as z.ZodType<Parsed<M>[S]>;
}

/** What is wrong on the wire, and what was found there instead of a message. */
function withFound({ message, found }: FrameProblem): string {
  const text = Buffer.from(found).toString('utf8');
  return text === '' ? message : `${message}: ${text}`;
}
