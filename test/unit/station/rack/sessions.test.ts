import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { AdmissionBook } from '../../../../station/rack/admissions';
import { Machines } from '../../../../station/rack/machines';
import { Sessions } from '../../../../station/rack/sessions';

const folder = mkdtempSync(join(tmpdir(), 'prestage-rack-sessions-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** A program that has stopped to read. */
class Stalled extends Duplex {
  ended = false;

  override _read(): void {
    // It says nothing.
  }

  override _write(): void {
    // Never done.
  }

  override end(): this {
    this.ended = true;
    return super.end();
  }
}

/** The frame of a link that carries bytes. */
function dataFrame(bytes: Buffer): Buffer {
  const header = Buffer.from([1, 0, 0, 0, 0]);
  header.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([header, bytes]);
}

describe('a session', () => {
  it('ends for the program that asked for it also when that program has not read all', async () => {
    const machines = new Machines({
      ...{ station: 'f'.repeat(64), closedNetwork: null, now: () => new Date() },
      book: new AdmissionBook(join(folder, 'book.json')),
    });
    const sessions = new Sessions(machines, 60_000);
    const certificate = '1'.repeat(64);
    const id = sessions.open(certificate);
    const local = new Stalled();
    sessions.join(id, local);
    const socket = new Duplex({
      read: () => undefined,
      write: (_bytes, _encoding, done) => {
        done();
      },
    });
    expect(sessions.renew(id, certificate)).toBe(0);
    sessions.attach(id, socket, 0, Buffer.alloc(0));
    for (let piece = 0; piece < 20; piece += 1) socket.push(dataFrame(Buffer.alloc(100_000)));
    await sleep(20);
    setImmediate(() => {
      sessions.stop();
    });
    await sleep(50);
    expect(local.ended).toBe(true);
  });
});
