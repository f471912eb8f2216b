import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { productManifest } from '../../build/package/paths';
import { ip, type NetworkRoom } from './network-room';

/** Images of Prestage Live that are not whole ones, and a machine that starts from the network. Root only. */

const root = resolve(import.meta.dirname, '../..');
const { version } = productManifest();

/** What a machine is given that starts from the network, as boot-client.ts tells it. */
const givenSchema = z.object({
  offer: z.object({
    address: z.string(),
    server: z.string(),
    file: z.string(),
    options: z.record(z.string(), z.string()),
  }),
  config: z.string(),
  sizes: z.record(z.string(), z.number()),
  outside: z.string(),
  system: z.string(),
});
export type Given = z.infer<typeof givenSchema>;

/**
 * What a machine that starts is given. It starts as firmware does, through its interface `eth0`.
 * @param machine name of its namespace
 * @param address of that interface
 */
export function startMachine(machine: string, address: string): Given {
  const client = [join(root, 'node_modules/tsx/dist/cli.mjs'), join(root, 'test/support/boot-client.ts')];
  const told = spawnSync(
    'ip',
    ['netns', 'exec', machine, process.execPath, ...client, address, macOf(machine, 'eth0')],
    { encoding: 'utf8', timeout: 60_000 },
  );
  if (told.status !== 0 || told.stderr !== '') throw new Error(`the machine did not start: ${told.stderr}`);
  return givenSchema.parse(JSON.parse(told.stdout));
}

/**
 * Files as an image of Prestage Live has them, of lengths that tell them apart.
 * @param system what machines fetch
 */
export function makeMedium(folder: string, system: Buffer, of = version): void {
  const about = JSON.stringify({ version: of, built: '2026-01-01T00:00:00Z', commit: 'none' });
  const files: Record<string, string | Buffer> = {
    'prestage/live.json': about,
    'prestage/netboot/grubnetx64.efi': randomBytes(700),
    'EFI/BOOT/BOOTX64.EFI': randomBytes(600),
    'live/vmlinuz': randomBytes(5000),
    'live/initrd': randomBytes(9000),
    'live/filesystem.squashfs': system,
  };
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
}

/** The dnsmasq that run in a computer: ids of processes. */
export function dnsmasqIn(room: NetworkRoom, computer: string): number[] {
  return room.processes(computer).filter((id) => commandOf(id) === 'dnsmasq');
}

function commandOf(id: number): string {
  try {
    return readFileSync(`/proc/${id}/comm`, 'utf8').trim();
  } catch {
    return '';
  }
}

function macOf(computer: string, name: string): string {
  const [one] = z
    .array(z.object({ address: z.string() }))
    .parse(JSON.parse(ip('-n', computer, '-json', 'link', 'show', name)));
  return one?.address ?? '';
}
