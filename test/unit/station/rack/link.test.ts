import { randomBytes } from 'node:crypto';
import { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ResumableLink } from '../../../../station/rack-link/link';

/** One end of a connection in memory. What is written to it arrives at the other, until it is cut. */
class End extends Duplex {
  other: End | null = null;

  constructor() {
    super({ allowHalfOpen: true });
  }

  override _read(): void {
    // Pushed by the other end.
  }

  override _write(bytes: Buffer, _encoding: string, done: () => void): void {
    const { other } = this;
    setImmediate(() => {
      if (other !== null && !other.destroyed) other.push(bytes);
      done();
    });
  }

  override _final(done: () => void): void {
    this.other?.push(null);
    done();
  }
}

function connection(): [End, End] {
  const [one, two] = [new End(), new End()];
  [one.other, two.other] = [two, one];
  for (const end of [one, two]) end.on('error', () => undefined);
  return [one, two];
}

/** Joins two links by a new connection, as agent and station do. @returns what cuts it */
function join(one: ResumableLink, two: ResumableLink): () => void {
  const [left, right] = connection();
  const received = { one: one.renew(), two: two.renew() };
  one.attach(left, received.two);
  two.attach(right, received.one);
  return () => {
    left.destroy();
    right.destroy();
  };
}

function collected({ stream }: ResumableLink): { bytes: () => Buffer; ended: Promise<void> } {
  const pieces: Buffer[] = [];
  stream.on('data', (piece: Buffer) => pieces.push(piece));
  return {
    bytes: () => Buffer.concat(pieces),
    ended: new Promise((resolve) => stream.once('end', resolve)),
  };
}

describe('a link that outlives its connections', () => {
  it('brings every byte once and in order, however often the connection is cut', async () => {
    const [one, two] = [new ResumableLink({ grace: 60_000 }), new ResumableLink({ grace: 60_000 })];
    const got = collected(two);
    const sent: Buffer[] = [];
    for (let round = 0; round < 20; round += 1) {
      const cut = join(one, two);
      for (let piece = 0; piece < 10; piece += 1) {
        const bytes = randomBytes(50_000);
        sent.push(bytes);
        one.stream.write(bytes);
        if (piece % 3 === 0) await sleep(1);
      }
      cut();
    }
    join(one, two);
    one.end('all said');
    await got.ended;
    expect(got.bytes().equals(Buffer.concat(sent))).toBe(true);
    expect(await two.ended).toEqual({ how: 'ended', why: 'all said' });
    two.end('');
    expect((await one.ended).how).toBe('ended');
  });

  it('sends what a writer that waited writes next once, after what is sent again', async () => {
    const [one, two] = [new ResumableLink({ grace: 60_000 }), new ResumableLink({ grace: 60_000 })];
    const got = collected(two);
    const sent = Array.from({ length: 12 }, () => randomBytes(1024 * 1024));
    // What was received over the first connection is never confirmed: the writer waits.
    const [left, right] = connection();
    right.other = null;
    one.attach(left, 0);
    two.attach(right, 0);
    for (const bytes of sent) one.stream.write(bytes);
    await expect.poll(() => two.received).toBe(4 * 1024 * 1024);
    join(one, two);
    one.end('');
    await got.ended;
    expect(got.bytes().equals(Buffer.concat(sent))).toBe(true);
    two.end('');
  });

  it('tells its end over a connection that comes later', async () => {
    const [one, two] = [new ResumableLink({ grace: 60_000 }), new ResumableLink({ grace: 60_000 })];
    const got = collected(two);
    one.stream.write('before');
    one.end('exit status 0');
    join(one, two);
    await got.ended;
    expect(got.bytes().toString()).toBe('before');
    expect(await two.ended).toEqual({ how: 'ended', why: 'exit status 0' });
    two.drop('over');
  });

  it('is lost when the connection does not come back in time, and then ends its stream', async () => {
    const [one, two] = [new ResumableLink({ grace: 100 }), new ResumableLink({ grace: 60_000 })];
    const got = collected(one);
    const cut = join(one, two);
    cut();
    expect((await one.ended).how).toBe('lost');
    await got.ended;
    two.drop('over');
  });

  it('does not go on with an end that has lost its place', async () => {
    const link = new ResumableLink({ grace: 60_000 });
    link.stream.write('five!');
    const [left] = connection();
    expect(link.attach(left, 6)).toBe(false);
    expect(await link.ended).toEqual({ how: 'lost', why: 'the other end has lost its place' });
    expect(left.destroyed).toBe(true);
  });

  it('gives up a connection that carries something else', async () => {
    const link = new ResumableLink({ grace: 50 });
    const [left, right] = connection();
    link.attach(left, 0);
    right.write('HTTP/1.1 400 Bad Request\r\n');
    await link.ended;
    expect(left.destroyed).toBe(true);
  });

  it('does not heap up confirmations for an end that sends and takes nothing', async () => {
    const link = new ResumableLink({ grace: 60_000 });
    link.stream.resume();
    const socket: Duplex = new Duplex({
      read: () => undefined,
      // Never done.
      write: () => {
        // Taken by nobody.
      },
    });
    link.attach(socket, 0);
    for (let piece = 0; piece < 20_000; piece += 1) {
      socket.push(Buffer.from([1, 0, 0, 0, 1, 65]));
      if (piece % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await sleep(20);
    const heap = socket.writableLength;
    expect(link.received).toBe(20_000);
    expect(heap).toBeLessThan(100_000);
    link.drop('over');
  });

  it('makes the writer wait when the other end confirms nothing', async () => {
    const link = new ResumableLink({ grace: 60_000 });
    let taken = 0;
    for (let piece = 0; piece < 12; piece += 1) {
      link.stream.write(Buffer.alloc(1024 * 1024), () => {
        taken += 1;
      });
    }
    await sleep(50);
    expect(taken).toBeLessThan(6);
    link.drop('over');
  });
});
