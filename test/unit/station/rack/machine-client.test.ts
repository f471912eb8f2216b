import { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  createMessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
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
import { MachineClient, type MachinePatience } from '../../../../station/rack/machine-client';
import { RackClient } from '../../../../station/rack/rack-client';
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
  work: (client: MachineClient) => Promise<void>,
  patience?: MachinePatience,
): Promise<void> {
  const [near, far] = pair();
  const helper = createMessageConnection(new StreamMessageReader(far), new StreamMessageWriter(far));
  answers(helper);
  helper.listen();
  try {
    await work(new MachineClient(new RackClient('/nowhere'), 'session', near, machine, patience));
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
  const patience: MachinePatience = { answer: 100, progress: 600 };

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
