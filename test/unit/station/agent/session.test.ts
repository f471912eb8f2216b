import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { receivedHeader } from '../../../../core/contract/rack';
import { AgentSession } from '../../../../station/agent/session';
import type { HelperExit, HelperProcess } from '../../../../station/helper-client/helper-process';
import { ResumableLink } from '../../../../station/rack-link/link';
import type { PinnedStation } from '../../../../station/rack-link/pinned';
import { connection } from '../rack/connection';

/** A helper that says one thing when its input ends, and then ends; later, when it is told. */
function helper(): {
  readonly helper: HelperProcess;
  readonly finish: () => void;
  readonly inputEnded: Promise<void>;
} {
  const [stdin, stdout] = [new PassThrough(), new PassThrough()];
  let announce: (exit: HelperExit) => void = () => undefined;
  const exited = new Promise<HelperExit>((resolve) => (announce = resolve));
  const finish = (): void => {
    stdout.end('cancelled, tables off');
    stdout.once('end', () => {
      announce({ kind: 'ended' });
    });
  };
  const inputEnded = new Promise<void>((resolve) => stdin.resume().once('end', resolve));
  const end = async (): Promise<HelperExit> => {
    finish();
    return await exited;
  };
  return {
    helper: { stdin, stdout, exited, lastWords: () => null, end } as unknown as HelperProcess,
    ...{ finish, inputEnded },
  };
}

/** A station with one session of an agent, and a cable that can be out. */
function station(): { link: ResumableLink; isAway: boolean; cut: () => void; pinned: PinnedStation } {
  const link = new ResumableLink({ grace: 60_000 });
  const here = {
    ...{ link, isAway: false },
    cut: (): void => undefined,
    pinned: {
      upgrade: async (_path: string, _protocol: string, headers: Record<string, string>) => {
        await sleep(1);
        if (here.isAway) throw new Error('the cable is out');
        const [socket, other] = connection();
        here.cut = () => {
          socket.destroy();
          other.destroy();
        };
        const received = String(link.renew());
        setImmediate(() => link.attach(other, Number(headers[receivedHeader])));
        return { answer: { headers: { [receivedHeader]: received } }, socket, head: Buffer.alloc(0) };
      },
    } as unknown as PinnedStation,
  };
  return here;
}

it('a helper that ends while the cable is out is told of when it is back, with what it said last', async () => {
  const [here, { helper: process, finish, inputEnded }] = [station(), helper()];
  const session = new AgentSession('1', here.pinned, { grace: 60_000, startHelper: () => process }, '');
  const said: Buffer[] = [];
  here.link.stream.on('data', (piece: Buffer) => said.push(piece));
  here.link.stream.write('a question');
  here.link.end('the batch was stopped');
  await inputEnded;
  here.isAway = true;
  here.cut();
  finish();
  await sleep(1500);
  here.isAway = false;
  expect(await here.link.ended).toEqual({ how: 'ended', why: 'exit status 0' });
  expect(Buffer.concat(said).toString()).toBe('cancelled, tables off');
  await session.ended;
});

it(
  'an agent that is told to end does not wait long for a station that is away',
  { timeout: 20_000 },
  async () => {
    const [here, { helper: process }] = [station(), helper()];
    const session = new AgentSession('1', here.pinned, { grace: 600_000, startHelper: () => process }, '');
    await expect.poll(() => here.link.connected).toBe(true);
    here.isAway = true;
    here.cut();
    await session.end();
    here.link.drop('over');
  },
);
