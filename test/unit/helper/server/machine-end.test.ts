import { createServer, type Server } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { machineWorkSchema, type MachineWork } from '../../../../core/contract/agent-bytes';
import type { HelperResponse } from '../../../../core/contract/helper-api';
import type { ThisMachine } from '../../../../core/machine/this-machine';
import { MachineEnd } from '../../../../helper/server/machine-end';
import { MachineScreen } from '../../../../station/agent/screen';
import { collect } from '../../../../station/rack-link/pinned';
import { drive } from '../../core/pairing/pairing-world';

/** What a helper tells its agent's socket, as the machine's screen has it. */

let folder: string;
let server: Server;
let told: MachineWork[];
let machineEnd: MachineEnd;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'prestage-end-'));
  told = [];
  server = createServer((request, response) => {
    void collect(request, 4096).then((text) => {
      told.push(machineWorkSchema.parse(JSON.parse(text.toString('utf8'))));
      response.end();
    });
  });
  const socket = join(folder, 'bytes.sock');
  server.listen(socket);
  await once(server, 'listening');
  machineEnd = new MachineEnd({ socket, bench: folder });
});
afterEach(() => {
  server.close();
  server.closeAllConnections();
  rmSync(folder, { recursive: true });
});

/** Waits until so much was told in all. @returns the last of it */
async function last(count: number): Promise<MachineWork | undefined> {
  await expect.poll(() => told.length, { timeout: 5000 }).toBe(count);
  return told.at(-1);
}

const held = (...names: string[]): HelperResponse<'reserveDrives'> => ({
  reservations: names.map((reservation) => ({ reservation, drive: drive(1) })),
});
const passed = { verdict: 'passed', text: '', atEnd: 'wait' } as const;
const working = (job: string): object => ({ state: 'working', job, done: null, total: null });

describe('the screen of a machine whose drive', () => {
  it('passed, and is held again: the verdict is over before the first byte', async () => {
    await machineEnd.tell(passed);
    expect(await last(1)).toMatchObject({ state: 'ended', verdict: 'passed' });
    machineEnd.reserved(held('a'));
    const work = await last(2);
    expect(work).toEqual(working('queued'));
    const machine: ThisMachine = {
      ...{ serial: 'S1', facts: {}, refused: [], source: 'none', needsPrivilege: false },
    };
    const view = { what: 'admitted', code: '7KQ2MX', station: 'one', sessions: 1 } as const;
    const shown = new MachineScreen(machine).draw(view, work ?? null, { columns: 120, rows: 40 });
    expect(shown).not.toContain('PASS');
    expect(shown).toContain('waits for its turn');
  });

  it('is erased or checked shows that, and nothing when it is let go without a verdict', async () => {
    await machineEnd.tell(passed);
    machineEnd.reserved(held('a'));
    await last(2);
    machineEnd.work('sanitising', null);
    expect(await last(3)).toEqual(working('sanitising'));
    machineEnd.released('a');
    expect(await last(4)).toEqual({ state: 'none' });
  });

  it('is one of two goes on showing the other', async () => {
    machineEnd.reserved(held('a', 'b'));
    await last(1);
    machineEnd.released('a');
    machineEnd.work('sizing', null);
    expect(await last(2)).toEqual(working('sizing'));
    machineEnd.released('b');
    expect(await last(3)).toEqual({ state: 'none' });
  });

  it('is done and recorded, or has its verdict, keeps what it shows when it is let go', async () => {
    machineEnd.reserved(held('a'));
    await last(1);
    machineEnd.work('done', null);
    await last(2);
    machineEnd.released('a');
    await machineEnd.tell(passed);
    expect(await last(3)).toMatchObject({ state: 'ended', verdict: 'passed' });
    // As the end of a batch does once more.
    machineEnd.released('a');
    await machineEnd.tell({ ...passed, verdict: 'failed' });
    expect(await last(4)).toMatchObject({ verdict: 'failed' });
    expect(told).not.toContainEqual({ state: 'none' });
  });

  it('was read again shows nothing of it afterwards', async () => {
    await machineEnd.tell(passed);
    machineEnd.work('verifying', null);
    expect(await last(2)).toEqual(working('verifying'));
    machineEnd.over();
    expect(await last(3)).toEqual({ state: 'none' });
  });
});
