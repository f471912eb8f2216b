import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { cancelled, PrestageError } from '../../../../core/base/errors';
import type { HelperMethod } from '../../../../core/contract/helper-api';
import type { HelperClient } from '../../../../station/helper-client/helper-client';
import type { BootState } from '../../../../core/netboot/boot-state';
import { BootService } from '../../../../station/netboot/boot-service';

/** The service with helpers that answer as told: what it says of itself, in order. */

let folder: string;
let asked: string[];
let served: (() => void) | null;
let refuse: PrestageError | null;
let version: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'prestage-boot-'));
  writeFileSync(join(folder, 'system'), 'system');
  [asked, served, refuse, version] = [[], null, null, '1.0.0'];
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

interface Call {
  readonly signal?: AbortSignal;
  readonly onTaskProgress?: (progress: object) => void;
}

function service(): { readonly boot: BootService; readonly states: string[] } {
  const answers: Partial<Record<HelperMethod, (call: Call) => unknown>> = {
    listBootInterfaces: () => ({
      interfaces: [{ name: 'rack0', mac: '', address: '127.0.0.1', prefix: 24, refused: null }],
    }),
    openBootImage: () => ({
      ...{ folder, version },
      system: { path: join(folder, 'system'), offset: 1, bytes: 4, sha256: 'c'.repeat(64) },
    }),
    closeBootImage: () => ({}),
    serveBoot: async ({ signal, onTaskProgress }) => {
      if (refuse !== null) throw refuse;
      onTaskProgress?.({});
      await new Promise<void>((resolve) => {
        served = resolve;
        signal?.addEventListener('abort', () => {
          resolve();
        });
      });
      throw signal?.aborted === true
        ? cancelled('It')
        : new PrestageError({ code: 'boot-ended', message: 'It has ended.' });
    },
  };
  const client = {
    call: async (method: HelperMethod, _request: object, call: Call = {}) => {
      asked.push(method);
      return await Promise.resolve(answers[method]?.(call));
    },
  } as unknown as HelperClient;
  const helpers = { plain: () => Promise.resolve(client), privileged: () => Promise.resolve(client) };
  const boot = new BootService(helpers, '1.0.0');
  const states: string[] = [];
  boot.on('changed', (state: BootState) => {
    states.push(state.state === 'refused' ? `refused ${state.error.code}` : state.state);
  });
  return { boot, states };
}

const options = {
  ...{ interface: 'rack0', image: '/image.iso', httpPort: 0, agentPort: 7411 },
  fingerprint: 'f'.repeat(64),
};

it('serves the system from where it lies, and nothing any more once it was stopped', async () => {
  const { boot, states } = service();
  await boot.start(options);
  const { state } = boot;
  if (state.state !== 'serving') throw new Error(state.state);
  const url = `http://127.0.0.1:${state.httpPort}`;
  expect(await (await fetch(`${url}/filesystem.squashfs`)).text()).toBe('yste');
  expect((await fetch(`${url}/system`)).status).toBe(404);
  expect((await fetch(`${url}/filesystem.squashfs`, { method: 'PUT' })).status).toBe(404);
  expect(readFileSync(join(folder, 'grub/grub.cfg'), 'utf8')).toContain(
    `:${state.httpPort}/filesystem.squashfs`,
  );
  await boot.stop();
  expect(states).toEqual(['starting', 'serving', 'off']);
  expect(asked.at(-1)).toBe('closeBootImage');
  await expect(fetch(url)).rejects.toThrow();
});

it('says why it was refused, and is off when that was seen', async () => {
  const { boot, states } = service();
  refuse = new PrestageError({ code: 'boot-foreign-dhcp', message: 'Another one answers.' });
  await expect(boot.start(options)).rejects.toMatchObject({ code: 'boot-foreign-dhcp' });
  await expect(boot.start({ ...options, interface: 'eth9' })).rejects.toMatchObject({
    code: 'boot-interface',
  });
  version = '0.9.0';
  await expect(boot.start(options)).rejects.toMatchObject({ code: 'boot-image' });
  expect(asked.filter((method) => method === 'closeBootImage')).toHaveLength(2);
  await boot.stop();
  expect(states.filter((state) => state !== 'starting')).toEqual([
    ...['refused boot-foreign-dhcp', 'off', 'refused boot-interface', 'off', 'refused boot-image', 'off'],
  ]);
});

it('tells when it ends by itself', async () => {
  const { boot, states } = service();
  await boot.start(options);
  served?.();
  await expect.poll(() => boot.state.state).toBe('refused');
  expect(states).toEqual(['starting', 'serving', 'refused boot-ended']);
});
