import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bcdElements, bcdObjects, elementOf, objectOf, type BcdStore } from '../../core/boot/bcd';
import { decodeDevice, type BcdDevice } from '../../core/boot/bcd-device';
import { bootTargetOf } from '../../core/boot/bcd-rules';
import { readBootStore } from '../../helper/boot/hive';
import { makeBench } from '../support/virtual-bench';
import { benchDrives, errorOf, reportOf, type ListedDrive } from '../support/cli';
import { runHere } from '../support/command-line';
import { extractPartition } from '../support/drive-check';
import { removeArea, temporaryArea } from '../support/global-setup';
import { makeMedia } from '../support/wim';
import { bootPaths } from '../support/wim-tree';

/** What the EFI partition of a written drive holds, read back with mtools and hivex. */

let area: string;
let machines = 0;

beforeAll(() => {
  area = temporaryArea('boot-files');
});
afterAll(() => {
  removeArea(area);
});

async function applied(name: string, media: string, drives: number): Promise<ListedDrive[]> {
  const bench = join(area, name);
  await makeBench(bench, drives);
  const listed = await benchDrives(bench);
  const run = await runHere(
    ['apply', '--media', media, '--bench', bench, '--state', join(area, 'state'), '--yes', '--json'].concat(
      listed.flatMap(({ id }) => ['--drive', `${id}=BOOT${String((machines += 1)).padStart(4, '0')}`]),
    ),
  );
  expect(reportOf(run).jobs.map(({ state }) => state)).toEqual(listed.map(() => 'done'));
  return listed;
}

/** The files of a drive's EFI partition in a folder, by their paths in lower case. */
function efiFiles(drive: string): Map<string, string> {
  const folder = temporaryArea('efi');
  const partition = extractPartition(drive, 'efi', folder);
  const tree = join(folder, 'tree');
  mkdirSync(tree);
  execFileSync('mcopy', ['-i', partition, '-s', '-Q', '-n', '::/', tree]);
  const files = readdirSync(tree, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  const prefix = tree.length + 1;
  return new Map(
    files.map((one) => {
      const path = join(one.parentPath, one.name);
      return [path.slice(prefix).toLowerCase(), path];
    }),
  );
}

async function storeOf(drive: string): Promise<BcdStore> {
  const file = efiFiles(drive).get(bootPaths.bootStore.toLowerCase());
  if (file === undefined) throw new Error('the drive has no boot store');
  return await readBootStore(file, new AbortController().signal);
}

function deviceIn(store: BcdStore, object: string, element: number): BcdDevice | null {
  const value = elementOf(objectOf(store, object), element);
  return value?.kind === 'binary' ? decodeDevice(value.bytes) : null;
}

/** GUIDs as another tool reads them from the partition table: of the disk, the EFI and the Windows partition. */
function guidsOn(drive: string): { disk: string; efi: string; windows: string } {
  const table = JSON.parse(execFileSync('sfdisk', ['--json', drive], { encoding: 'utf8' })) as {
    partitiontable: { id: string; partitions: { uuid: string }[] };
  };
  const { id, partitions } = table.partitiontable;
  const uuid = (index: number): string => (partitions[index]?.uuid ?? '').toLowerCase();
  return { disk: id.toLowerCase(), efi: uuid(0), windows: uuid(2) };
}

function expectBootTarget(store: BcdStore, drive: string): void {
  const { disk, efi, windows } = guidsOn(drive);
  const onEfi = { kind: 'gpt', diskGuid: disk, partitionGuid: efi };
  const onWindows = { kind: 'gpt', diskGuid: disk, partitionGuid: windows };
  expect(deviceIn(store, bcdObjects.bootManager, bcdElements.device)).toEqual(onEfi);
  expect(deviceIn(store, bcdObjects.ramdiskOptions, bcdElements.sdiDevice)).toEqual(onWindows);
  const target = bootTargetOf(store);
  if (target.kind !== 'ramdisk') throw new Error(`the default entry starts ${target.kind}`);
  const image = {
    kind: 'ramdisk',
    options: bcdObjects.ramdiskOptions,
    source: onWindows,
    path: '\\sources\\boot.wim',
  };
  for (const element of [bcdElements.device, bcdElements.osDevice]) {
    expect(deviceIn(store, target.objectId, element)).toEqual(image);
  }
}

describe('the boot store of a written drive', () => {
  it('names this disk and its partitions, on each drive its own', async () => {
    const { path } = await makeMedia(join(area, 'whole'), { compression: 'XPRESS' });
    const drives = await applied('bench-whole', path, 2);
    for (const drive of drives) expectBootTarget(await storeOf(drive.path), drive.path);
    const [first, second] = drives.map((drive) => guidsOn(drive.path));
    expect(first).not.toEqual(second);
    for (const { id } of drives) {
      const run = await runHere(
        ['verify', '--drive', id, '--bench', join(area, 'bench-whole')].concat([
          '--state',
          join(area, 'state'),
        ]),
      );
      expect(run.status).toBe(0);
    }
    // The shared disk image is left, and nothing of the drives'.
    expect(readdirSync(join(area, 'state', 'renders')).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('is made where the media has a boot image and no store', async () => {
    const { path } = await makeMedia(join(area, 'no-store'), { without: [bootPaths.bootStore] });
    const [drive] = await applied('bench-no-store', path, 1);
    if (drive === undefined) throw new Error('no drive');
    expectBootTarget(await storeOf(drive.path), drive.path);
  });

  it('stops the batch when it is damaged, before any drive is touched', async () => {
    const { path } = await makeMedia(join(area, 'damaged'), {
      extraFiles: { [bootPaths.bootStore]: Buffer.from('regf and nothing that follows') },
    });
    const bench = join(area, 'bench-damaged');
    await makeBench(bench, 1);
    const [drive] = await benchDrives(bench);
    const blocks = statSync(drive?.path ?? '').blocks;
    const run = await runHere(
      ['apply', '--media', path, '--bench', bench, '--state', join(area, 'state'), '--yes', '--json'].concat([
        '--drive',
        `${drive?.id ?? ''}=BOOT9999`,
      ]),
    );
    expect(errorOf(run).code).toBe('boot-store-invalid');
    expect(statSync(drive?.path ?? '').blocks).toBe(blocks);
    const ledger = await runHere(['ledger', 'list', '--state', join(area, 'state'), '--json']);
    expect(ledger.stdout).not.toContain('BOOT9999');
  });
});

/** A PE header that says which CPU a program is for. */
function program(machine: number, content: string): Buffer {
  const bytes = Buffer.alloc(2048);
  bytes.write('MZ', 0, 'latin1');
  bytes.writeUInt32LE(0x80, 0x3c);
  bytes.write('PE\0\0', 0x80, 'latin1');
  bytes.writeUInt16LE(machine, 0x84);
  bytes.write(content, 1024, 'latin1');
  return bytes;
}

describe('the boot files of a written drive', () => {
  it.each([
    ['x64', 0x8664, 'bootx64.efi'],
    ['arm64', 0xaa64, 'bootaa64.efi'],
  ])('come from the applied Windows where the media has none, for %s', async (cpu, machine, name) => {
    const manager = program(machine, `boot manager for ${cpu}`);
    const { path } = await makeMedia(join(area, cpu), {
      without: [...bootPaths.loaders, 'EFI/Microsoft/Boot/Fonts/wgl4_boot.ttf'],
      extraFiles: {
        'Windows/Boot/EFI/bootmgfw.efi': manager,
        'Windows/Boot/EFI/de-DE/bootmgfw.efi.mui': 'of Windows',
        'Windows/Boot/EFI/fr-FR/bootmgfw.efi.mui': 'only of Windows',
        'Windows/Boot/Fonts/wgl4_boot.ttf': 'a font',
      },
    });
    const [drive] = await applied(`bench-${cpu}`, path, 1);
    const files = efiFiles(drive?.path ?? '');
    const content = (file: string): Buffer => readFileSync(files.get(file) ?? '/missing');
    expect(content(`efi/boot/${name}`)).toEqual(manager);
    expect(content('efi/microsoft/boot/bootmgfw.efi')).toEqual(manager);
    expect(content('efi/microsoft/boot/fonts/wgl4_boot.ttf').toString()).toBe('a font');
    expect(content('efi/microsoft/boot/fr-fr/bootmgfw.efi.mui').toString()).toBe('only of Windows');
    // What the media brings itself stays.
    expect(content('efi/microsoft/boot/de-de/bootmgfw.efi.mui').toString()).not.toBe('of Windows');
  });

  it('are copied from a folder in lower case too', async () => {
    const { tree } = await makeMedia(join(area, 'lower'));
    renameSync(join(tree, 'EFI'), join(tree, 'efi'));
    const path = join(area, 'lower.wim');
    execFileSync('wimlib-imagex', ['capture', tree, path, '--compress=none']);
    const [drive] = await applied('bench-lower', path, 1);
    const files = efiFiles(drive?.path ?? '');
    for (const name of [...bootPaths.loaders, bootPaths.bootStore]) {
      expect(files.has(name.toLowerCase())).toBe(true);
    }
    expectBootTarget(await storeOf(drive?.path ?? ''), drive?.path ?? '');
  });

  it('are the media’s own where it has them', async () => {
    const { path } = await makeMedia(join(area, 'own'), {
      extraFiles: { 'Windows/Boot/EFI/bootmgfw.efi': program(0x8664, 'of Windows') },
    });
    const [drive] = await applied('bench-own', path, 1);
    const manager = readFileSync(efiFiles(drive?.path ?? '').get('efi/microsoft/boot/bootmgfw.efi') ?? '');
    expect(manager.includes('of Windows')).toBe(false);
  });
});
