import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { GiB } from '../../../../core/base/units';
import { defaultLayoutName, findLayout, planPartitions } from '../../../../core/drive/layout';
import { chunkMapName } from '../../../../core/media/chunk-map';
import { AdmissionBook } from '../../../../station/rack/admissions';
import { Machines } from '../../../../station/rack/machines';
import { Sessions } from '../../../../station/rack/sessions';
import { takerOf } from '../../../../station/rack/chunk-requests';
import { present } from '../../../support/present';

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

describe('what a machine gives to others', () => {
  const sha256 = 'a'.repeat(64);
  const [certificate, other] = ['1'.repeat(64), '2'.repeat(64)];
  const fingerprint = 'f'.repeat(64);

  /** A disk image of one chunk. @returns its folder */
  const imageOf = (name: string): string => {
    const directory = join(folder, name);
    mkdirSync(directory);
    const partitions = present(planPartitions(present(findLayout(defaultLayoutName)), 64 * GiB));
    const { offset, number } = present(partitions.find(({ fileSystem }) => fileSystem === 'ntfs'));
    const map = {
      ...{ version: 1, layout: defaultLayoutName, driveSize: 64 * GiB, sectorSize: 512, partitions },
      chunks: [{ offset, length: 4096, partition: number, sha256 }],
    };
    writeFileSync(join(directory, chunkMapName), JSON.stringify(map));
    return directory;
  };

  /** A machine in a session of which the chunk has arrived, and another that lacks it. */
  const giving = async (name: string): Promise<{ readonly sessions: Sessions; readonly id: string }> => {
    const machines = new Machines({
      ...{ station: 'f'.repeat(64), closedNetwork: null, now: () => new Date() },
      book: new AdmissionBook(join(folder, `${name}.json`)),
    });
    const sessions = new Sessions(machines, 60_000);
    const id = sessions.open(certificate);
    await sessions.serve(id, imageOf(name), fingerprint);
    sessions.swarm.join(takerOf(certificate, fingerprint), certificate, [], [sha256], () => 0);
    sessions.swarm.join(other, other, [sha256], [], () => 0);
    return { sessions, id };
  };

  /** Its machine comes back with another place in it than it can have: the session is over. */
  const end = async (sessions: Sessions, id: string): Promise<void> => {
    sessions.attach(id, new Stalled(), 1, Buffer.alloc(0));
    await sleep(20);
    expect(sessions.has(id, certificate)).toBe(false);
  };

  it('it gives no more when its only session has ended', async () => {
    const { sessions, id } = await giving('alone');
    await end(sessions, id);
    expect(sessions.swarm.next(other)).toEqual({ sha256, from: null });
  });

  it('it gives on when another of its sessions has ended, such as one that read a drive again', async () => {
    const { sessions, id } = await giving('beside');
    const second = sessions.open(certificate);
    await sessions.serve(second, imageOf('read-again'), 'e'.repeat(64));
    await end(sessions, second);
    expect(sessions.swarm.next(other)).toEqual({ sha256, from: certificate });
    await end(sessions, id);
    sessions.swarm.failed(other, sha256);
    expect(sessions.swarm.next(other)).toEqual({ sha256, from: null });
  });

  it('it has a disk image until the last job of its session with that one has ended, and gives on', async () => {
    const { sessions, id } = await giving('jobs');
    await sessions.serve(id, imageOf('again'), fingerprint);
    const lacking = takerOf(certificate, fingerprint);
    sessions.swarm.join(lacking, certificate, ['b'.repeat(64)], [], () => 0);
    expect(sessions.jobEnded(id, fingerprint)).toBe(true);
    expect(sessions.imageFor(certificate, fingerprint)).not.toBeNull();
    expect(sessions.jobEnded(id, fingerprint)).toBe(true);
    expect(sessions.imageFor(certificate, fingerprint)).toBeNull();
    expect(sessions.chunkFor(certificate, sha256)).toBeNull();
    expect(sessions.jobEnded(id, fingerprint)).toBe(false);
    expect(sessions.swarm.next(lacking)).toBe('done');
    expect(sessions.swarm.next(other)).toEqual({ sha256, from: certificate });
    await end(sessions, id);
    sessions.swarm.failed(other, sha256);
    expect(sessions.swarm.next(other)).toEqual({ sha256, from: null });
    expect(await sessions.serve(id, imageOf('too-late'), fingerprint)).toBe(false);
  });

  it('it fetches nothing more for a session that has ended', async () => {
    const { sessions, id } = await giving('fetching');
    const second = sessions.open(certificate);
    await sessions.serve(second, imageOf('going-on'), 'e'.repeat(64));
    const lacking = takerOf(certificate, fingerprint);
    sessions.swarm.join(lacking, certificate, ['b'.repeat(64)], [], () => 0);
    await end(sessions, id);
    expect(sessions.swarm.next(lacking)).toBe('done');
  });
});
