import { mkdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { formatBytes } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { timeouts } from '../../core/base/timeouts';
import { GiB, MiB } from '../../core/base/units';
import { liveDataMapping, livePartitions, livePaths } from '../../core/live/live-system';
import { shortestPassphrase, type LiveKey } from '../../core/live/live-state';
import { deviceNumberAt } from '../drives/drives-sysfs';
import { parseMountinfo } from '../drives/proc';
import { lastWords, runTool, toolFailed, type ToolResult } from '../tools/runner';
import type { ToolName } from '../tools/requirements';
import { elevatedCaller } from '../tools/caller';
import { makeKeyStick, readKeyStick } from './key-stick';
import { hasOwnHeader, headerOptions } from './luks-header';
import { dataPartition, requireMedium, type LiveMedium } from './medium';

/**
 * The medium's data partition: LUKS2 in the free space behind the slots, with ext4 inside, mounted where the station's state
 * lies. It gets its name last: a set-up that was broken off is begun again, and one that has records never.
 */

/** Less than this holds no ledger, library and disk images worth having. */
const smallest = GiB;
const mapped = `/dev/mapper/${liveDataMapping}`;

/** Makes the partition and opens it. @throws PrestageError live-…, tool-… */
export async function makeLiveData(key: LiveKey, signal: AbortSignal): Promise<void> {
  const { medium } = await requireMedium();
  if (dataPartition(medium) !== null) {
    throw new PrestageError({
      code: 'live-data-exists',
      message: `The stick ${medium.disk.path} already has a data partition.`,
    });
  }
  if (key.kind === 'passphrase' && key.text.length < shortestPassphrase) {
    throw new PrestageError({
      code: 'live-key-wrong',
      message: `The passphrase is too short: it needs ${shortestPassphrase} characters.`,
      remedy: 'Nothing was changed. Choose a longer passphrase.',
    });
  }
  const begun = medium.partitions.get(livePartitions.begun) ?? null;
  if (begun === null) await requirePlaces(medium);
  // Before anything is written: without its key nothing is made.
  const secret =
    key.kind === 'passphrase' ? Buffer.from(key.text, 'utf8') : await makeKeyStick(medium, signal);
  const path = begun?.path ?? (await addPartitions(medium));
  await must('cryptsetup', ['luksFormat', ...luks, path], secret);
  await openMapping(path, secret);
  const caller = elevatedCaller() ?? process.geteuid?.() ?? 0;
  await must('mkfs.ext4', [
    '-q',
    '-F',
    '-L',
    livePartitions.data,
    '-E',
    `root_owner=${caller}:${caller}`,
    mapped,
  ]);
  await mountData();
  await must('sgdisk', [`--change-name=${numberOf(path)}:${livePartitions.data}`, medium.disk.path]);
  await tellSystem(path);
}

/** Opens the partition and mounts it. One that is open stays so. @throws PrestageError live-… */
export async function openLiveData(key: LiveKey, signal: AbortSignal): Promise<void> {
  const { medium } = await requireMedium();
  const data = dataPartition(medium);
  if (data === null) {
    throw new PrestageError({ code: 'live-no-data', message: 'The stick has no data partition yet.' });
  }
  if (await isDataMounted()) return;
  const secret =
    key.kind === 'passphrase' ? Buffer.from(key.text, 'utf8') : await readKeyStick(medium, signal);
  await openMapping(data.path, secret);
  await mountData();
}

/** Whether the data partition is mounted where the station's state lies: nothing else is mapped by this name. */
export async function isDataMounted(): Promise<boolean> {
  const mapping = await deviceNumberAt(mapped);
  if (mapping === null) return false;
  const mounts = parseMountinfo(await readFile('/proc/self/mountinfo', 'utf8'));
  return mounts.some(
    ({ mountPoint, deviceNumber }) => mountPoint === livePaths.state && deviceNumber === mapping,
  );
}

/**
 * KiB of memory that making and opening take. cryptsetup's own 1 GiB is more than a PC of 3 GiB has beside the running app, and a
 * stick is opened on any PC. RFC 9106, 4, recommends 64 MiB where memory is short.
 */
const keyMemory = 256 * 1024;

/** No answer is asked for, and the key comes whole from standard input. */
const luks = [
  '--batch-mode',
  '--type',
  'luks2',
  ...headerOptions,
  '--pbkdf',
  'argon2id',
  '--pbkdf-memory',
  String(keyMemory),
  '--label',
  livePartitions.data,
  '--key-file',
  '-',
];

async function openMapping(path: string, secret: Buffer): Promise<void> {
  if ((await deviceNumberAt(mapped)) !== null) return;
  if (!(await hasOwnHeader(path, 'data'))) {
    throw new PrestageError({
      code: 'live-data-changed',
      message: `The header of the data partition ${path} is not as this stick makes it: it was changed or is damaged, and records could be kept on it in clear.`,
    });
  }
  const args = ['open', '--type', 'luks2', '--key-file', '-', path, liveDataMapping];
  const ended = await runTool('cryptsetup', args, { input: secret, timeout: timeouts.liveSetup });
  // 2: no key slot opens with it (cryptsetup(8), return codes).
  if (ended.status === 2) {
    throw new PrestageError({
      code: 'live-key-wrong',
      message: 'This does not open the data partition of the stick.',
      cause: lastWords(ended.stderr),
    });
  }
  if (ended.status !== 0) throw failed('cryptsetup', ended);
}

async function mountData(): Promise<void> {
  await mkdir(livePaths.state, { recursive: true });
  const args = ['-t', 'ext4', '-o', 'nosuid,nodev,noexec', mapped, livePaths.state];
  const ended = await runTool('mount', args, { timeout: timeouts.liveSetup });
  if (ended.status === 0) return;
  throw new PrestageError({
    code: 'live-data-damaged',
    message: 'The data partition opens, but its file system cannot be used.',
    cause: lastWords(ended.stderr),
  });
}

/** A place on the medium, in bytes. */
interface Place {
  readonly from: number;
  readonly bytes: number;
}

const partSchema = z.object({ start: z.int(), size: z.int(), name: z.string().optional() });
const tableSchema = z.object({
  partitiontable: z.object({
    label: z.literal('gpt'),
    sectorsize: z.int().positive().default(512),
    partitions: z.array(partSchema),
  }),
});
export type MediumTable = z.infer<typeof tableSchema>['partitiontable'];

async function readTable(path: string): Promise<MediumTable> {
  const told = await must('sfdisk', ['--json', path]);
  const table = tableSchema.safeParse(JSON.parse(told.stdout.toString('utf8'))).data;
  if (table === undefined) throw failed('sfdisk', told);
  return table.partitiontable;
}

/**
 * Where the other slot and the data partition go: behind what is there, in whole MiB, leaving the last one to the table's copy.
 * @returns null where too little is left
 */
export function placesBehind(
  diskBytes: number,
  { sectorsize, partitions }: MediumTable,
): { readonly other: Place | null; readonly data: Place } | null {
  const up = (bytes: number): number => Math.ceil(bytes / MiB) * MiB;
  const slot = partitions.find(({ name }) => name === livePartitions.a);
  const hasOther = partitions.some(({ name }) => name === livePartitions.b);
  const end = up(Math.max(MiB, ...partitions.map(({ start, size }) => (start + size) * sectorsize)));
  // As large as the first: an update writes all of it.
  const otherBytes = slot === undefined || hasOther ? 0 : up(slot.size * sectorsize);
  const other = otherBytes === 0 ? null : { from: end, bytes: otherBytes };
  const from = end + otherBytes;
  const bytes = Math.floor((diskBytes - MiB) / MiB) * MiB - from;
  return bytes < smallest ? null : { other, data: { from, bytes } };
}

async function requirePlaces({ disk }: LiveMedium): Promise<NonNullable<ReturnType<typeof placesBehind>>> {
  const table = await readTable(disk.path);
  const places = placesBehind(disk.size ?? 0, table);
  if (places !== null) return places;
  throw new PrestageError({
    code: 'live-no-room',
    message: `The stick ${disk.path} (${formatBytes(disk.size ?? 0)}) is too small: ${formatBytes(smallest)} must be left for the data partition.`,
  });
}

/**
 * Adds the other slot and the data partition in one change of the table, whose copy goes to the end of the medium. Partitions
 * of it are in use, so that the kernel is told of the new ones alone.
 */
async function addPartitions(medium: LiveMedium): Promise<string> {
  const { disk } = medium;
  const { other, data } = await requirePlaces(medium);
  const sector = disk.logicalSectorSize ?? 512;
  const add = (number: number, { from, bytes }: Place, type: string, name: string): string[] => [
    `--new=${number}:${from / sector}:${(from + bytes) / sector - 1}`,
    `--typecode=${number}:${type}`,
    `--change-name=${number}:${name}`,
  ];
  await must('sgdisk', [
    '--move-second-header',
    ...(other === null ? [] : add(numbers.other, other, '8300', livePartitions.b)),
    ...add(numbers.data, data, '8309', livePartitions.begun),
    disk.path,
  ]);
  for (const number of other === null ? [numbers.data] : [numbers.other, numbers.data]) {
    await must('partx', ['--add', '--nr', String(number), disk.path]);
  }
  const path = partitionPath(disk.path, String(numbers.data));
  await partitionThere(path);
  return path;
}

/** Waits for the device of a partition that was made. @throws PrestageError tool-failed */
export async function partitionThere(path: string): Promise<void> {
  for (const deadline = Date.now() + timeouts.listingTool; (await deviceNumberAt(path)) === null;) {
    if (Date.now() > deadline) {
      throw new PrestageError({ code: 'tool-failed', message: `The new partition ${path} did not appear.` });
    }
    await sleep(timeouts.progressInterval);
  }
}

/** build/live gives the first two to the EFI system partition and the first slot. */
const numbers = { other: 3, data: 4 } as const;

/** `/dev/sda4`, `/dev/nvme0n1p4`: a name that ends in a digit gets a p. */
export function partitionPath(disk: string, number: string): string {
  return `${disk}${/\d$/.test(disk) ? 'p' : ''}${number}`;
}

const numberOf = (partition: string): string => /(\d+)$/.exec(partition)?.[1] ?? '';

/** udev keeps what it read of a partition: the name has changed since. Where udev does not run, nothing keeps it. */
export async function tellSystem(partition: string): Promise<void> {
  await runTool('udevadm', ['trigger', '--settle', '--action=change', partition], {
    timeout: timeouts.listingTool,
  }).catch(() => undefined);
}

/** Runs a tool that has to succeed. @throws PrestageError tool-failed */
export async function must(tool: ToolName, args: readonly string[], input?: Buffer): Promise<ToolResult> {
  const ended = await runTool(tool, args, {
    timeout: timeouts.liveSetup,
    ...(input === undefined ? {} : { input }),
  });
  if (ended.status !== 0) throw failed(tool, ended);
  return ended;
}

function failed(tool: ToolName, { status, stderr }: ToolResult): PrestageError {
  return toolFailed(tool, `ended with status ${status}`, stderr);
}
