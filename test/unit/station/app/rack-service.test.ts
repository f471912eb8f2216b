import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { rackSettingsSchema, type RackSettings } from '../../../../core/settings/rack-settings';
import { noBoot } from '../../../../core/contract/app-rack';
import { RackService, type RackServiceDependencies } from '../../../../station/app/rack-service';

/** What refuses to change who is let into a rack, and that the rack is still served then. */

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

interface World {
  readonly rack: RackService;
  operator: string;
  busy: boolean;
  settings: RackSettings;
  /** As the app's settings are changed: asked first. */
  readonly choose: (closedNetwork: boolean) => Promise<void>;
  /** What the thread of the rack was asked, in order. */
  readonly asked: () => string[];
  /** Has the thread of the rack fail. */
  readonly fail: () => void;
  /** It does not fail any more. */
  readonly mend: () => void;
}

/** A rack whose thread says yes, and notes what it is asked. */
function world(): World {
  const folder = mkdtempSync(join(tmpdir(), 'prestage-rack-'));
  const [workerFile, notes] = [join(folder, 'worker.cjs'), join(folder, 'asked')];
  const failing = join(folder, 'failing');
  writeFileSync(
    workerFile,
    `const { parentPort } = require('node:worker_threads');
    parentPort.on('message', ({ id, request }) => {
      const { verb, options } = request;
      require('node:fs').appendFileSync(${JSON.stringify(notes)}, [verb, options?.closedNetwork ?? ''].join(' ').trim() + '\\n');
      setInterval(() => {
        if (require('node:fs').existsSync(${JSON.stringify(failing)})) throw new Error('no memory is left');
      }, 5);
      parentPort.postMessage({ id, ok: true, value: { listens: '10.0.0.1:7411', certificate: 'a'.repeat(64) } });
    });`,
  );
  const here = { operator: '', busy: false, settings: rackSettingsSchema.parse({}) };
  const boot = {
    ...{ isOn: false, state: noBoot, onChange: () => undefined },
    ...{ stop: () => Promise.resolve(), count: () => Promise.resolve() },
  };
  const rack = new RackService({
    ...{ workerFile, version: '1', stationName: () => 'Depot' },
    paths: { rackSocket: join(folder, 'socket') },
    settings: () => here.settings,
    keep: (settings: RackSettings) => {
      here.settings = settings;
    },
    ...{ operator: () => here.operator, busy: () => here.busy, boot },
    drives: { look: () => undefined, close: () => undefined, noteOf: () => null },
  } as unknown as RackServiceDependencies);
  closing.push(async () => {
    await rack.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return Object.assign(here, {
    rack,
    choose: async (closedNetwork: boolean) => {
      rack.requireChange({ closedNetwork });
      here.settings = { ...here.settings, closedNetwork };
      await rack.settle();
    },
    fail: () => {
      writeFileSync(failing, '');
    },
    mend: () => {
      rmSync(failing);
    },
    asked: () => (existsSync(notes) ? readFileSync(notes, 'utf8').trim().split('\n') : []),
  });
}

describe('a rack whose network is said to be closed', () => {
  it('is served on where nobody has said who works, and nothing is kept', async () => {
    const here = world();
    await here.rack.serve({ listen: '10.0.0.1:7411', boot: null });
    await expect(here.choose(true)).rejects.toMatchObject({ data: { code: 'not-confirmed' } });
    expect(here.settings.closedNetwork).toBe(false);
    // Nor by a setting that another program of the station has changed.
    here.settings = { ...here.settings, closedNetwork: true };
    await expect(here.rack.settle()).rejects.toMatchObject({ data: { code: 'not-confirmed' } });
    expect(here.asked()).toEqual(['serve']);
  });

  it('is served on while a drive in a machine is at work, and nothing is kept', async () => {
    const here = world();
    here.operator = 'Ada';
    await here.rack.serve({ listen: '10.0.0.1:7411', boot: null });
    here.busy = true;
    await expect(here.choose(true)).rejects.toMatchObject({ data: { code: 'drive-busy' } });
    expect(here.settings.closedNetwork).toBe(false);
    // What is as it was refuses nothing.
    await here.choose(false);
    expect(here.asked()).toEqual(['serve']);
  });

  it('is served once more for a badge that was scanned, and opened again by anybody', async () => {
    const here = world();
    here.operator = 'Ada';
    await here.rack.serve({ listen: '10.0.0.1:7411', boot: null });
    await here.choose(true);
    here.operator = '';
    await here.choose(false);
    expect(here.asked()).toEqual(['serve', 'stop', 'serve Ada', 'stop', 'serve']);
  });

  it('may be said beforehand: it counts when the rack is served, which asks who works', async () => {
    const here = world();
    await here.choose(true);
    expect(here.settings.closedNetwork).toBe(true);
    await expect(here.rack.serve({ listen: '10.0.0.1:7411', boot: null })).rejects.toMatchObject({
      data: { code: 'not-confirmed' },
    });
    expect(here.asked()).toEqual([]);
  });
});

describe('a rack whose thread ends by itself', () => {
  it('says why, until it is served again', async () => {
    const here = world();
    await here.rack.serve({ listen: '10.0.0.1:7411', boot: null });
    expect(here.rack.state.error?.message ?? '').not.toContain('not served any more');
    here.fail();
    await expect
      .poll(() => here.rack.state.error)
      .toMatchObject({ code: 'rack-address', cause: 'no memory is left', remedy: 'Switch it on again.' });
    expect(here.rack.state.serves).toBe('off');
    here.mend();
    await here.rack.serve({ listen: '10.0.0.1:7411', boot: null });
    expect(here.rack.state.error?.message ?? '').not.toContain('not served any more');
    expect(here.asked()).toEqual(['serve', 'serve']);
  });

  it('says nothing where somebody has ended it', async () => {
    const here = world();
    await here.rack.serve({ listen: '10.0.0.1:7411', boot: null });
    await here.rack.stop();
    expect(here.rack.state.error?.message ?? '').not.toContain('not served any more');
  });
});
