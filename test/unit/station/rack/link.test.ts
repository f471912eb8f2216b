import { randomBytes } from 'node:crypto';
import { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ResumableLink } from '../../../../station/rack-link/link';
import { connection } from './connection';

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

async function isOver({ over }: ResumableLink): Promise<boolean> {
  return await Promise.race([over.then(() => true), sleep(1).then(() => false)]);
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

  it('tells what it said last, and its end, also where the other end had ended before and the connection was away', async () => {
    const [one, two] = [new ResumableLink({ grace: 60_000 }), new ResumableLink({ grace: 60_000 })];
    const got = collected(two);
    collected(one);
    const cut = join(one, two);
    two.end('no more questions');
    expect(await one.ended).toEqual({ how: 'ended', why: 'no more questions' });
    cut();
    one.stream.write('the last answer');
    one.end('exit status 0');
    await sleep(20);
    expect(await isOver(one)).toBe(false);
    join(one, two);
    await got.ended;
    expect(got.bytes().toString()).toBe('the last answer');
    expect(await two.ended).toEqual({ how: 'ended', why: 'exit status 0' });
    await Promise.all([one.over, two.over]);
  });

  it('tells it again where it went into a connection that was dead already', async () => {
    const [one, two] = [new ResumableLink({ grace: 60_000 }), new ResumableLink({ grace: 60_000 })];
    const got = collected(two);
    collected(one);
    const [left, right] = connection();
    one.attach(left, 0);
    two.attach(right, 0);
    two.end('no more questions');
    await one.ended;
    left.other = null;
    one.stream.write('the last answer');
    one.end('exit status 0');
    await sleep(20);
    expect(await isOver(one)).toBe(false);
    join(one, two);
    await got.ended;
    expect(got.bytes().toString()).toBe('the last answer');
    await Promise.all([one.over, two.over]);
  });

  it('is over at both ends when both have ended, however that crosses, also where nobody reads', async () => {
    for (const order of [
      [0, 1],
      [1, 0],
    ]) {
      const links = [new ResumableLink({ grace: 60_000 }), new ResumableLink({ grace: 60_000 })];
      const [one, two] = links as [ResumableLink, ResumableLink];
      join(one, two);
      one.stream.write(randomBytes(1000));
      for (const at of order) links[at]?.end('over');
      await Promise.all([one.over, two.over]);
      for (const link of links) expect(await link.ended).toEqual({ how: 'ended', why: 'over' });
    }
  });

  it('is over after the time of grace where nobody hears its end', async () => {
    const [one, two] = [new ResumableLink({ grace: 100 }), new ResumableLink({ grace: 60_000 })];
    collected(one);
    const cut = join(one, two);
    two.end('no more questions');
    await one.ended;
    cut();
    one.end('exit status 0');
    await one.over;
    two.drop('over');
    await two.over;
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
