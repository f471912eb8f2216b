import { finished, pipeline, Transform, Writable, type Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  createMessageConnection,
  ErrorCodes,
  ResponseError,
  StreamMessageReader,
  StreamMessageWriter,
  type CancellationToken,
  type Message,
} from 'vscode-jsonrpc/node';
import type { z } from 'zod';
import {
  helperMethods,
  helperNotifications,
  helperProtocolVersion,
  type HelperMethod,
  type HelperRequest,
  type HelperResponse,
  type JobProgress,
  type TaskProgress,
} from '../../core/contract/helper-api';
import { FrameGuard, passFrames } from '../../core/contract/frame-guard';
import { sanitizeForDisplay } from '../../core/base/display';
import { cancelled, PrestageError, toErrorData } from '../../core/base/errors';

export interface HandlerContext {
  /** Aborted when the caller cancels this call, and when the caller is gone. */
  readonly signal: AbortSignal;
  /** Sends progress. Never throws: what nobody can receive is dropped. */
  readonly taskProgress: (progress: TaskProgress) => void;
}

export type HelperHandlers = {
  readonly [M in HelperMethod]: (
    request: HelperRequest<M>,
    context: HandlerContext,
  ) => Promise<HelperResponse<M>>;
};

export interface HelperServer {
  /**
   * Resolves once the caller is gone (or {@link HelperServer.stop} was called), every handler has settled,
   * and its answer has been written or could not be. Never rejects.
   */
  readonly closed: Promise<void>;
  /** Sends a job's state. Never throws. */
  readonly jobProgress: (progress: JobProgress) => void;
  /** Ends as the end of input does: every signal is aborted, nothing new is taken. */
  readonly stop: () => void;
}

/**
 * Serves the helper's contract over two streams. Requests are parsed strictly, `hello` must come first. End,
 * close or error of either stream aborts everything in flight.
 */
export function serveHelper(
  handlers: HelperHandlers,
  streams: { readonly input: Readable; readonly output: Writable },
): HelperServer {
  const { input, output } = streams;
  const running = new Map<AbortController, Promise<unknown>>();
  let greeted = false;
  let stopped = false;

  const guarded = new Transform({
    transform: passFrames(new FrameGuard(), ({ message }) => message),
  });
  const writer = new CountingWriter(output);
  const connection = createMessageConnection(new StreamMessageReader(guarded), writer, {
    error: log,
    warn: log,
    info: log,
    log,
  });

  let announceClosed: () => void = () => undefined;
  const closed = new Promise<void>((resolve) => {
    announceClosed = resolve;
  });
  const stop = (): void => {
    if (stopped) return;
    stopped = true;
    for (const controller of running.keys()) controller.abort();
    void drain().then(announceClosed);
  };
  const drain = async (): Promise<void> => {
    await Promise.allSettled(running.values());
    // The connection writes an answer in the turn in which its handler settles.
    await nextTurn();
    await writer.idle();
    connection.dispose();
    input.destroy();
  };
  const notify = (name: string, value: unknown): void => {
    if (stopped) return;
    try {
      connection.sendNotification(name, value).catch(stop);
    } catch {
      // The connection is closed. The streams' own events call stop.
    }
  };
  const taskProgress = (progress: TaskProgress): void => {
    notify(helperNotifications.taskProgress, progress);
  };

  async function dispatch<M extends HelperMethod>(
    method: M,
    params: unknown,
    signal: AbortSignal,
  ): Promise<HelperResponse<M>> {
    if (method !== 'hello' && !greeted) throw protocolError(`${method} came before hello`);
    const request = parseRequest(method, params);
    const response = await handlers[method](request, { signal, taskProgress });
    if (method === 'hello') greeted = true;
    return response;
  }

  connection.onRequest(async (method: string, params: unknown, token: CancellationToken) => {
    const controller = new AbortController();
    if (token.isCancellationRequested) controller.abort();
    token.onCancellationRequested(() => {
      controller.abort();
    });
    try {
      if (stopped) throw cancelled(sanitizeForDisplay(method));
      if (!isHelperMethod(method)) throw protocolError(`unknown verb ${sanitizeForDisplay(method)}`);
      const work = dispatch(method, params, controller.signal);
      running.set(controller, work);
      return await work;
    } catch (error) {
      const data = toErrorData(error);
      if (data.code === 'internal') log(data.cause ?? data.message);
      throw new ResponseError(ErrorCodes.InternalError, data.message, data);
    } finally {
      running.delete(controller);
    }
  });
  connection.onError(([error]) => {
    log(`unreadable request: ${error.message}`);
    stop();
  });
  connection.onClose(stop);
  pipeline(input, guarded, (error) => {
    if (error) log(`input ended: ${error.message}`);
    stop();
  });
  finished(output, { readable: false }, stop);
  connection.listen();

  return {
    closed,
    jobProgress: (progress) => {
      notify(helperNotifications.jobProgress, progress);
    },
    stop,
  };
}

/**
 * Takes standard output for the protocol alone: the stream returned is the only way to it. Whatever else
 * writes to process.stdout (console.log, a library, a worker) goes to standard error instead, where it
 * cannot break a message.
 */
export function claimStdout(): Writable {
  const write = process.stdout.write.bind(process.stdout);
  const wire = new Writable({
    write: (piece: Buffer, _encoding, done) => {
      write(piece, done);
    },
  });
  // The station reads standard error too: when it is gone, a word that nobody hears must not end the helper
  // before it has put the drives in order.
  process.stderr.on('error', () => undefined);
  process.stdout.on('error', (error: Error) => wire.destroy(error));
  process.stdout.on('close', () => wire.destroy());
  process.stdout.write = process.stderr.write.bind<typeof process.stdout.write>(process.stderr);
  return wire;
}

/**
 * Ctrl-C and the end of a terminal reach the helper too, since it is in the terminal's process group. They
 * are for the station, which answers by cancelling or by closing our input: only that ends the helper
 * without leaving half-flushed drives. SIGTERM is for us, and means what the end of input means.
 */
export function obeySignals(server: Pick<HelperServer, 'stop'>): void {
  process.on('SIGINT', () => undefined);
  process.on('SIGHUP', () => undefined);
  process.on('SIGTERM', server.stop);
}

/** Knows when everything that was to be written has been, or never will be. */
class CountingWriter extends StreamMessageWriter {
  readonly #pending = new Set<Promise<void>>();

  override async write(message: Message): Promise<void> {
    const written = super.write(message);
    this.#pending.add(written);
    try {
      await written;
    } finally {
      this.#pending.delete(written);
    }
  }

  async idle(): Promise<void> {
    while (this.#pending.size > 0) await Promise.allSettled(this.#pending);
  }
}

function isHelperMethod(method: string): method is HelperMethod {
  return Object.hasOwn(helperMethods, method);
}

function parseRequest<M extends HelperMethod>(method: M, params: unknown): HelperRequest<M> {
  const schema = helperMethods[method].request as unknown as z.ZodType<HelperRequest<M>>;
  const parsed = schema.safeParse(params);
  if (parsed.success) {
    if (method === 'hello') checkVersion((parsed.data as HelperRequest<'hello'>).protocolVersion);
    return parsed.data;
  }
  const [issue] = parsed.error.issues;
  throw protocolError(`${method}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`);
}

function checkVersion(version: number): void {
  if (version === helperProtocolVersion) return;
  throw new PrestageError({
    code: 'helper-outdated',
    message: `The app uses version ${version} of the helper protocol, but the helper uses version ${helperProtocolVersion}.`,
  });
}

function protocolError(what: string): PrestageError {
  return new PrestageError({
    code: 'helper-protocol',
    message: 'The helper could not read a request.',
    cause: sanitizeForDisplay(what, 400),
  });
}

function log(text: string): void {
  process.stderr.write(`helper: ${sanitizeForDisplay(text, 4000)}\n`);
}
