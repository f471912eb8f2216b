import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  createMessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
  type CancellationToken,
  type MessageConnection,
} from 'vscode-jsonrpc/node';
import { describe, expect, it } from 'vitest';
import {
  helperNotifications,
  helperProtocolVersion,
  type HelperRequest,
} from '../../../../core/contract/helper-api';
import type { RackMachine } from '../../../../core/contract/rack';
import type { Drive } from '../../../../core/drive/drive';
import { answer } from '../../../../station/rack/body';
import { MachineClient, type MachinePatience } from '../../../../station/rack/machine-client';
import { RackClient } from '../../../../station/rack/rack-client';
import { temporaryArea } from '../../../support/global-setup';
import { present } from '../../../support/present';
import { sampleDrive } from '../../core/drive/drives';

/** What a machine says whose helper is not ours. */

function pair(): [Duplex, Duplex] {
  const ends: Duplex[] = [];
  const make = (other: number): Duplex =>
    new Duplex({
      read: () => undefined,
      write: (bytes, _encoding, done) => {
        present(ends[other]).push(bytes);
        done();
      },
    });
  ends.push(make(1), make(0));
  return [present(ends[0]), present(ends[1])];
}

const machine: RackMachine = {
  ...{ id: 'a'.repeat(12), certificate: 'a'.repeat(64), version: '1', bench: null, state: 'admitted' },
  ...{ code: '123456', problem: null, connected: true, address: '10.0.0.7' },
  machine: { serial: '5CD1234XY1', facts: {}, refused: [], source: 'sysfs', needsPrivilege: false },
  admission: { how: 'code', by: 'ana', time: '2026-12-01T10:00:00.000Z', serial: '5CD1234XY1' },
};

async function speaking(
  answers: (helper: MessageConnection) => void,
  work: (client: MachineClient, stream: Duplex) => Promise<void>,
  patience?: Partial<MachinePatience>,
  rack = new RackClient('/nowhere'),
): Promise<void> {
  const [near, far] = pair();
  const helper = createMessageConnection(new StreamMessageReader(far), new StreamMessageWriter(far));
  answers(helper);
  helper.listen();
  try {
    await work(new MachineClient(rack, 'session', near, machine, patience), near);
  } finally {
    near.destroy();
    helper.dispose();
  }
}

describe('the helper of a machine', () => {
  it('draws nothing on the screens of the station by what it says of a drive', async () => {
    const evil: Drive = sampleDrive({
      model: 'Good\u001b[2J\u001b[1;1HDISK\u202e',
      serial: 'S1\nS2',
      path: '/dev/s\u0007da',
    });
    await speaking(
      (helper) => {
        helper.onRequest('listDrives', () => ({ drives: [evil], controllers: [] }));
      },
      async (client) => {
        const { drives } = await client.call('listDrives', { benchDirectory: null, protectedPaths: [] });
        expect(JSON.stringify(drives)).not.toMatch(/\\u00|\\n|\u202e/);
        expect(present(drives[0])).toMatchObject({ serial: 'S1 S2', path: '/dev/sda', bay: '5CD1234XY1' });
      },
    );
  });

  it('takes no drive of its own for one of another machine', async () => {
    await speaking(
      (helper) => {
        const id = `sda@${'b'.repeat(12)}`;
        helper.onRequest('listDrives', () => ({
          drives: [sampleDrive({ id, bay: 'A1', rack: { machine: 'b'.repeat(12), serial: 'OTHER1' } })],
          controllers: [],
        }));
      },
      async (client) => {
        const { drives } = await client.call('listDrives', { benchDirectory: null, protectedPaths: [] });
        expect(drives[0]).toMatchObject({
          id: `sda@${'b'.repeat(12)}@${machine.id}`,
          ...{ bay: '5CD1234XY1', rack: { machine: machine.id, serial: '5CD1234XY1' } },
        });
      },
    );
  });

  it('has no room in the record for more than versions', async () => {
    await speaking(
      (helper) => {
        helper.onRequest('hello', () => ({
          ...{ protocolVersion: helperProtocolVersion, version: '1', pid: 1, uid: 0 },
          versions: Object.fromEntries(
            Array.from({ length: 500 }, (_, at) => [`tool ${String(at)}\u001b[2J`, 'v'.repeat(10_000)]),
          ),
        }));
      },
      async (client) => {
        const { versions } = await client.greet('test');
        expect(JSON.stringify(versions).length).toBeLessThan(20_000);
        expect(JSON.stringify(versions)).not.toContain('\\u001b');
      },
    );
  });
});

const job: HelperRequest<'runJob'> = {
  jobId: '7b0a6a52-8d0f-4a39-9b5e-000000000001',
  reservation: 'held',
  renderDirectory: null,
  fingerprint: 'c'.repeat(64),
  diskGuid: '7b0a6a52-8d0f-4a39-9b5e-000000000002',
  partitionGuids: [],
  stallMilliseconds: 1,
};

describe('a machine that says nothing', () => {
  const patience: Partial<MachinePatience> = { answer: 100, progress: 600 };

  it.each(['listDrives', 'readHealth', 'reserveDrives'] as const)(
    'is waited for at %s so long',
    async (method) => {
      const confirmed = { path: '/dev/sda', serial: null, wwn: null, size: 1, attachment: null };
      const drives = [{ driveId: 'sda', confirmed }];
      const requests = {
        listDrives: { benchDirectory: null, protectedPaths: [] },
        readHealth: { drives, benchDirectory: null },
        reserveDrives: { drives, benchDirectory: null, protectedPaths: [] },
      };
      await speaking(
        (helper) => {
          helper.onRequest(method, () => new Promise(() => undefined));
        },
        async (client) => {
          const asked = client.call(method, requests[method]);
          await expect(asked).rejects.toMatchObject({
            code: 'rack-silent',
            message: expect.stringContaining('5CD1234XY1') as string,
          });
        },
        patience,
      );
    },
  );

  it('is waited for while its job tells progress, and no longer', async () => {
    await speaking(
      (helper) => {
        helper.onRequest('runJob', async () => {
          for (let step = 0; step < 8; step += 1) {
            await sleep(100);
            await helper.sendNotification(helperNotifications.jobProgress, {
              jobId: job.jobId,
              job: { state: 'writing', bytesDone: step, bytesTotal: 10 },
            });
          }
          return await new Promise(() => undefined);
        });
      },
      async (client) => {
        const begun = performance.now();
        await expect(client.call('runJob', job)).rejects.toMatchObject({ code: 'rack-silent' });
        expect(performance.now() - begun).toBeGreaterThan(1300);
      },
      patience,
    );
  });

  it('is not waited for as long by whoever cancels its job', async () => {
    await speaking(
      (helper) => {
        helper.onRequest('runJob', () => new Promise(() => undefined));
      },
      async (client) => {
        const stop = new AbortController();
        const asked = client.call('runJob', job, { signal: stop.signal });
        stop.abort();
        const begun = performance.now();
        await expect(asked).rejects.toMatchObject({ code: 'rack-silent' });
        expect(performance.now() - begun).toBeLessThan(2_000);
      },
      { answer: 100, progress: 60_000 },
    );
  });
});

describe('a machine that does not answer one call while it says other things', () => {
  const patience: Partial<MachinePatience> = { answer: 100, progress: 5_000 };
  const confirmed = { path: '/dev/sda', serial: null, wwn: null, size: 1, attachment: null };
  const health: HelperRequest<'readHealth'> = {
    drives: [{ driveId: 'sda', confirmed }],
    benchDirectory: null,
  };
  const written = { state: 'cancelled', bytesWritten: 1 } as const;

  /** A job of so many steps of 100 ms; at each its progress is told where `tells` says so. */
  function runs(helper: MessageConnection, steps: number, tells: (step: number) => boolean): void {
    helper.onRequest('runJob', async () => {
      for (let step = 0; step < steps; step += 1) {
        await sleep(100);
        if (!tells(step)) continue;
        await helper.sendNotification(helperNotifications.jobProgress, {
          jobId: job.jobId,
          job: { state: 'writing', bytesDone: step, bytesTotal: 100 },
        });
      }
      return written;
    });
  }

  it('loses that call alone, which is cancelled: its job goes on', async () => {
    let cancelled = false;
    await speaking(
      (helper) => {
        runs(helper, 10, () => true);
        helper.onRequest(
          'readHealth',
          (_request, token: CancellationToken) =>
            new Promise(() => {
              token.onCancellationRequested(() => (cancelled = true));
            }),
        );
      },
      async (client) => {
        const writing = client.call('runJob', job);
        await expect(client.call('readHealth', health)).rejects.toMatchObject({
          data: { code: 'rack-silent', remedy: expect.stringContaining('goes on') as string },
        });
        expect(await writing).toEqual(written);
        expect(client.failure).toBeNull();
        expect(cancelled).toBe(true);
      },
      patience,
    );
  });

  it('lets go of a drive that it has held all the same, when it says so', async () => {
    const released: unknown[] = [];
    await speaking(
      (helper) => {
        runs(helper, 10, () => true);
        helper.onRequest('reserveDrives', async () => {
          await sleep(400);
          return { reservations: [{ reservation: randomUUID(), drive: sampleDrive({}) }] };
        });
        helper.onRequest('releaseDrive', (request: unknown) => {
          released.push(request);
          return {};
        });
      },
      async (client) => {
        const writing = client.call('runJob', job);
        const drives = [{ driveId: 'sda', confirmed }];
        await expect(
          client.call('reserveDrives', { drives, benchDirectory: null, protectedPaths: [] }),
        ).rejects.toMatchObject({ code: 'rack-silent' });
        expect(released).toEqual([]);
        await writing;
        expect(released).toEqual([{ reservation: expect.any(String) as string }]);
      },
      patience,
    );
  });

  it('keeps its job while its connection is away, which is waited for longer', async () => {
    await speaking(
      (helper) => {
        // Nothing for 400 ms: longer than an answer is waited for, and shorter than progress.
        runs(helper, 6, (step) => step > 3);
        helper.onRequest('readHealth', () => new Promise(() => undefined));
      },
      async (client) => {
        const writing = client.call('runJob', job);
        await expect(client.call('readHealth', health)).rejects.toMatchObject({ code: 'rack-silent' });
        expect(await writing).toEqual(written);
      },
      patience,
    );
  });

  it('is asked nothing more when it says nothing at all', async () => {
    await speaking(
      (helper) => {
        helper.onRequest('readHealth', () => new Promise(() => undefined));
      },
      async (client) => {
        await expect(client.call('readHealth', health)).rejects.toMatchObject({ code: 'rack-silent' });
        await client.exited;
        await expect.poll(() => client.failure?.code).toBe('helper-died');
      },
      patience,
    );
  });
});

describe('a machine that was told what to do at the end', () => {
  const patience = { end: 4000, leaving: 100 };

  it.for([
    ['restart', 100],
    ['off', 100],
    ['wait', 4000],
    ['said', 4000],
  ] as const)(
    'and does it (%s) is waited for %i ms, where it does not end its connection',
    async ([did, least]) => {
      await speaking(
        (helper) => {
          helper.onRequest('tellMachine', () => ({ did }));
        },
        async (client) => {
          await client.call('tellMachine', { verdict: 'passed', text: '', atEnd: 'restart' });
          const begun = performance.now();
          await client.dispose();
          const waited = performance.now() - begun;
          // Timers may be a millisecond early.
          expect(waited).toBeGreaterThan(least - 5);
          expect(waited).toBeLessThan(least + 3500);
        },
        patience,
      );
    },
  );
});

describe('a machine that goes off before it lets go of its drives', () => {
  it('is not waited for as long as for an answer', async () => {
    await speaking(
      (helper) => {
        helper.onRequest('tellMachine', () => ({ did: 'restart' }));
        helper.onRequest('releaseDrive', () => new Promise(() => undefined));
      },
      async (client) => {
        await client.call('tellMachine', { verdict: 'passed', text: '', atEnd: 'restart' });
        const begun = performance.now();
        const release = client.call('releaseDrive', { reservation: 'held' });
        await expect(release).rejects.toMatchObject({ code: 'rack-silent' });
        expect(performance.now() - begun).toBeLessThan(5000);
        await client.exited;
      },
      { answer: 20_000, leaving: 100 },
    );
  });
});

describe('a machine that was lost while its disk image was made', () => {
  const image = { ...job, renderDirectory: '/images/one' };

  it('is lost, whatever the serving station says of it', async () => {
    await speaking(
      () => undefined,
      async (client, stream) => {
        stream.destroy();
        await client.exited;
        await expect.poll(() => client.failure?.code).toBe('helper-died');
        // Its station is not asked: there is none here.
        await expect(client.call('runJob', image)).rejects.toMatchObject({ code: 'helper-died' });
      },
    );
  });

  it('is lost where its station says first that it does not have it any more', async () => {
    const folder = temporaryArea('machine-client');
    const socket = join(folder, 'rack.sock');
    const station = createServer((request, response) => {
      const ended = request.url?.endsWith('/end') === true;
      answer(response, ended ? 200 : 404, ended ? { end: 'the machine was started again' } : {});
    }).listen(socket);
    try {
      await once(station, 'listening');
      await speaking(
        () => undefined,
        async (client) => {
          await expect(client.call('runJob', image)).rejects.toMatchObject({
            data: { code: 'helper-died', cause: 'the machine was started again' },
          });
        },
        undefined,
        new RackClient(socket),
      );
    } finally {
      station.close();
      rmSync(folder, { recursive: true });
    }
  });
});
