import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { createMessageConnection, ResponseError, type MessageConnection } from 'vscode-jsonrpc/node';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { helperMethods, helperProtocolVersion } from '../../../core/contract/helper-api';
import { maximumMessageBytes } from '../../../core/contract/frame-guard';
import { cancelled } from '../../../core/base/errors';
import {
  serveHelper,
  type HelperHandlers,
  type HelperServer,
  type HandlerContext,
} from '../../../helper/server/rpc-server';

const hello = { protocolVersion: helperProtocolVersion, client: 'test' };

function wait({ signal }: HandlerContext): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => {
      reject(cancelled('It'));
    });
  });
}

/** Handlers that all wait to be cancelled, but for hello. */
function waitingHandlers(): HelperHandlers {
  const entries = Object.keys(helperMethods).map((name) => [
    name,
    vi.fn((_request: unknown, context: HandlerContext) => wait(context)),
  ]);
  const handlers = Object.fromEntries(entries) as HelperHandlers;
  return {
    ...handlers,
    hello: () =>
      Promise.resolve({
        protocolVersion: helperProtocolVersion,
        version: '1',
        pid: 1,
        uid: 1,
        versions: {},
      }),
  };
}

let input: PassThrough;
let output: PassThrough;
let server: HelperServer;
let handlers: HelperHandlers;
let caller: MessageConnection;

beforeEach(() => {
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  input = new PassThrough();
  output = new PassThrough();
  handlers = waitingHandlers();
  server = serveHelper(handlers, { input, output });
  caller = createMessageConnection(output, input);
  caller.listen();
});
afterEach(() => {
  caller.dispose();
  server.stop();
  vi.restoreAllMocks();
});

async function refusal(method: string, ...params: unknown[]): Promise<unknown> {
  try {
    await caller.sendRequest<unknown>(method, ...params);
  } catch (error) {
    if (error instanceof ResponseError) return error.data;
    throw error;
  }
  throw new Error('it was not refused');
}

describe('serveHelper', () => {
  it('takes nothing before hello', async () => {
    const before = await refusal('listDrives', { benchDirectory: null, protectedPaths: [] });
    expect(before).toMatchObject({ code: 'helper-protocol' });
    expect(handlers.listDrives).not.toHaveBeenCalled();
  });

  it('takes nothing after a hello of another version', async () => {
    expect(await refusal('hello', { ...hello, protocolVersion: 2 })).toMatchObject({
      code: 'helper-outdated',
    });
    expect(await refusal('releaseDrive', { reservation: 'r' })).toMatchObject({ code: 'helper-protocol' });
  });

  it.each([
    ['an unknown verb', 'format', {}],
    ['an inherited name', 'toString', {}],
    ['a missing field', 'listDrives', { benchDirectory: null }],
    ['an extra field', 'releaseDrive', { reservation: 'r', force: true }],
    ['a wrong type', 'releaseDrive', { reservation: 1 }],
    ['no parameters', 'releaseDrive', undefined],
    ['positional parameters', 'releaseDrive', ['r']],
  ])('refuses %s', async (_, method, params) => {
    await caller.sendRequest('hello', hello);
    expect(await refusal(method, params)).toMatchObject({ code: 'helper-protocol' });
    expect(handlers.releaseDrive).not.toHaveBeenCalled();
  });

  it.each([
    ['end', () => input.end()],
    ['close', () => input.destroy()],
    ['error', () => input.destroy(new Error('EIO'))],
    ['the output’s error', () => output.destroy(new Error('EPIPE'))],
    ['text that is no message', () => input.write('hello?\n')],
    ['a message that is no JSON', () => input.write('Content-Length: 3\r\n\r\n{x}')],
    ['a length bomb', () => input.write(`Content-Length: ${maximumMessageBytes + 1}\r\n\r\n`)],
    [
      'stop',
      () => {
        server.stop();
      },
    ],
  ])('aborts everything on %s, and waits for what is in flight', async (_, end) => {
    await caller.sendRequest('hello', hello);
    let settled = false;
    vi.mocked(handlers.runJob).mockImplementation(async (_request, context) => {
      await wait(context).catch(() => undefined);
      await sleep(50);
      settled = true;
      return { state: 'cancelled', bytesWritten: 0 };
    });
    const uuid = '11111111-1111-4111-8111-111111111111';
    const job = {
      jobId: uuid,
      reservation: 'r',
      renderDirectory: '/r',
      fingerprint: 'a'.repeat(64),
      diskGuid: uuid,
      partitionGuids: [],
      stallMilliseconds: 1,
    };
    caller.sendRequest('runJob', job).catch(() => undefined);
    await vi.waitFor(() => {
      expect(handlers.runJob).toHaveBeenCalled();
    });
    end();
    await server.closed;
    expect(settled).toBe(true);
    server.jobProgress({ jobId: uuid, job: { state: 'queued' } });
  });

  it('writes the answers of what it cancelled', async () => {
    await caller.sendRequest('hello', hello);
    const answer = refusal('releaseDrive', { reservation: 'r' });
    await vi.waitFor(() => {
      expect(handlers.releaseDrive).toHaveBeenCalled();
    });
    input.end();
    expect(await answer).toMatchObject({ code: 'cancelled' });
  });
});
