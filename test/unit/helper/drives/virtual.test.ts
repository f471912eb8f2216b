import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { benchFileName, benchSchema, type Bench } from '../../../../core/drive/virtual-bench';
import type { Drive } from '../../../../core/drive/drive';
import { PrestageError } from '../../../../core/base/errors';
import { assessDrives } from '../../../../helper/drives/assess-drives';
import { readBench } from '../../../../helper/drives/virtual-drives';
import type { LoopEntry } from '../../../../helper/drives/drives-sysfs';
import { createBench, removeBench } from '../../../../station/drives/virtual-bench-files';
import { recordedListing } from './recorded';

let folder: string;
let bench: string;
const MiB = 1024 * 1024;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'prestage-bench-'));
  bench = join(folder, 'bench');
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function codeOf(work: Promise<unknown>): Promise<string> {
  return await work.then(
    () => 'nothing thrown',
    (error: unknown) => (error instanceof PrestageError ? error.code : String(error)),
  );
}

async function make(drives = 2): Promise<Bench> {
  return await createBench(bench, { drives, sizeBytes: 64 * MiB, sectorSize: 512 });
}

function rewrite(document: unknown): void {
  writeFileSync(join(bench, benchFileName), JSON.stringify(document));
}

/** Whether the file system of a folder takes a file, all of it a hole, of so many bytes. */
function takesFile(place: string, bytes: number): boolean {
  const probe = mkdtempSync(join(place, 'prestage-size-'));
  try {
    writeFileSync(join(probe, 'file'), '');
    truncateSync(join(probe, 'file'), bytes);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(probe, { recursive: true });
  }
}

/** The bench's drives on a recorded machine with a blank disk and loop devices. */
async function list(loops: Record<string, LoopEntry> = {}): Promise<Drive[]> {
  const listing = recordedListing('loop');
  return assessDrives({ ...listing, loops: new Map(Object.entries(loops)) }, await readBench(bench), {
    benchDirectory: bench,
    protectedPaths: [],
  });
}

const reasonsOf = (drive: Drive | undefined): string[] | undefined => drive?.reasons.map(({ code }) => code);

describe('a bench', () => {
  it('is listed first, and nothing else is eligible', async () => {
    const made = await make();
    const drives = await list();
    expect(drives.map((drive) => [drive.kind, drive.bay, drive.verdict])).toEqual([
      ['virtual', 'bay 1', 'eligible'],
      ['virtual', 'bay 2', 'eligible'],
      ['loop', null, 'blocked'],
      ['loop', null, 'blocked'],
      ['disk', null, 'blocked'],
    ]);
    expect(drives[0]).toMatchObject({
      path: join(bench, 'drive-01.img'),
      serial: made.drives[0]?.serial,
      size: 64 * MiB,
      bus: 'virtual',
      contents: [],
    });
    expect(reasonsOf(drives[4])).toEqual(['not-on-bench']);
  });

  it('shows the partition table on a drive that has one', async () => {
    await make(1);
    writeFileSync(join(bench, 'drive-01.img'), Buffer.concat([Buffer.alloc(512), Buffer.from('EFI PART')]));
    truncateSync(join(bench, 'drive-01.img'), 64 * MiB);
    expect((await list())[0]?.contents).toEqual(['GPT partition table']);
  });

  it('a file behind a loop device is listed once, as the loop device', async () => {
    const made = await make();
    const entry = { backingFile: join(bench, 'drive-01.img'), fileKey: null, offset: 0, sizeLimit: 0 };
    const drives = await list({ loop0: entry });
    expect(drives.filter((drive) => drive.bay === 'bay 1')).toMatchObject([
      { kind: 'loop', path: '/dev/loop0', serial: made.drives[0]?.serial, bus: 'loop', verdict: 'eligible' },
    ]);
    expect(drives.map((drive) => drive.path)).not.toContain(join(bench, 'drive-01.img'));
  });

  it('the loop device must be the whole file, the only one, and of its size', async () => {
    await make();
    const entry = { backingFile: join(bench, 'drive-01.img'), fileKey: null, offset: 0, sizeLimit: 0 };
    expect(reasonsOf((await list({ loop0: { ...entry, offset: MiB } }))[0])).toEqual(['loop-device']);
    expect(reasonsOf((await list({ loop0: { ...entry, sizeLimit: MiB } }))[0])).toEqual(['loop-device']);
    const twice = await list({ loop0: entry, loop1: entry });
    expect(reasonsOf(twice[0])).toEqual(['held']);
    expect(reasonsOf(twice[1])).toContain('held');
    // loop1 of the recording is larger than the file it is said to have.
    expect(reasonsOf((await list({ loop1: entry }))[0])).toEqual(['bench-damaged']);
  });
});

describe('a damaged bench file is listed and blocked', () => {
  it.each<[string, (file: string, other: string) => void]>([
    [
      'missing',
      (file) => {
        rmSync(file);
      },
    ],
    [
      'too short',
      (file) => {
        truncateSync(file, MiB);
      },
    ],
    [
      'too long',
      (file) => {
        truncateSync(file, 65 * MiB);
      },
    ],
    [
      'a folder',
      (file) => {
        rmSync(file);
        mkdirSync(file);
      },
    ],
    [
      'a symbolic link',
      (file, other) => {
        rmSync(file);
        symlinkSync(other, file);
      },
    ],
    [
      'a link to a device',
      (file) => {
        rmSync(file);
        symlinkSync('/dev/sda', file);
      },
    ],
    [
      'a second name of another file',
      (file, other) => {
        rmSync(file);
        linkSync(other, file);
      },
    ],
  ])('%s', async (_, damage) => {
    await make();
    const other = join(folder, 'other');
    writeFileSync(other, '');
    truncateSync(other, 64 * MiB);
    damage(join(bench, 'drive-01.img'), other);
    const drives = await list();
    expect(reasonsOf(drives[0])).toEqual(expect.arrayContaining(['bench-damaged']));
    expect(drives[1]?.verdict).toBe('eligible');
  });
});

describe('what is no bench is an error', () => {
  it('a folder that is not there, or without bench.json', async () => {
    expect(await codeOf(readBench(join(folder, 'nowhere')))).toBe('bench-invalid');
    expect(await codeOf(readBench(folder))).toBe('bench-invalid');
  });

  it.each<[string, (made: Bench) => unknown]>([
    ['of another kind', () => ({ something: 1 })],
    ['with a path in a file name', (made) => ({ ...made, drives: [{ ...made.drives[0], file: '../x' }] })],
    ['with the same file twice', (made) => ({ ...made, drives: [made.drives[0], made.drives[0]] })],
    ['with itself as a drive', (made) => ({ ...made, drives: [{ ...made.drives[0], file: benchFileName }] })],
    ['with more than we know', (made) => ({ ...made, extra: true })],
  ])('bench.json %s', async (_, change) => {
    rewrite(change(await make()));
    expect(await codeOf(readBench(bench))).toBe('bench-invalid');
  });

  it('a bench.json that is a link, or not JSON', async () => {
    await make();
    const file = join(bench, benchFileName);
    writeFileSync(file, '{');
    expect(await codeOf(readBench(bench))).toBe('bench-invalid');
    rmSync(file);
    symlinkSync('/etc/hostname', file);
    expect(await codeOf(readBench(bench))).toBe('bench-invalid');
  });

  it('a folder whose name cannot be shown', async () => {
    await make();
    const hidden = join(folder, 'a\u202eb');
    renameSync(bench, hidden);
    expect(await codeOf(readBench(hidden))).toBe('bench-invalid');
    bench = hidden;
    expect(await codeOf(make())).toBe('bench-invalid');
  });
});

describe('createBench and removeBench', () => {
  it('make what the schema asks for, in sparse files, and take it away', async () => {
    const made = await make(3);
    expect(benchSchema.parse(made)).toEqual(made);
    expect(made.drives.map((drive) => drive.file)).toEqual(['drive-01.img', 'drive-02.img', 'drive-03.img']);
    expect(new Set(made.drives.map((drive) => drive.serial)).size).toBe(3);
    expect(made.drives[2]?.serial).toMatch(/^VD-[0-9A-F]{8}-03$/);
    await removeBench(bench);
    expect(await codeOf(readBench(bench))).toBe('bench-invalid');
  });

  it('two benches have no serial in common', async () => {
    const first = await make(1);
    bench = join(folder, 'second');
    expect((await make(1)).drives[0]?.serial).not.toBe(first.drives[0]?.serial);
  });

  it('a folder with something in it, or a file, is not taken', async () => {
    await make();
    expect(await codeOf(make())).toBe('bench-exists');
    writeFileSync(join(folder, 'file'), '');
    bench = join(folder, 'file');
    expect(await codeOf(make())).toBe('bench-exists');
    bench = join(folder, 'file', 'below');
    expect(await codeOf(make())).toBe('bench-invalid');
  });

  it.each([
    [0, MiB, 512],
    [100, MiB, 512],
    [1.5, MiB, 512],
    [1, 0, 512],
    [1, MiB + 1, 512],
    [1, MiB + 512, 4096],
    [1, Number.NaN, 512],
  ] as const)('%d drives of %d bytes with %d a sector are refused', async (drives, sizeBytes, sectorSize) => {
    expect(await codeOf(createBench(bench, { drives, sizeBytes, sectorSize }))).toBe('usage');
  });

  it('a size that no file can have leaves nothing behind', async ({ skip }) => {
    const sizeBytes = Number.MAX_SAFE_INTEGER - 4095;
    expect(sizeBytes % 4096).toBe(0);
    // A file system in memory, as /tmp is on Debian 13, takes files of any size.
    const limited = [tmpdir(), '/var/tmp'].find((place) => !takesFile(place, sizeBytes));
    if (limited === undefined) return skip('needs a file system on which a file cannot have any size');
    rmSync(folder, { recursive: true });
    folder = mkdtempSync(join(limited, 'prestage-bench-'));
    bench = join(folder, 'bench');
    expect(await codeOf(createBench(bench, { drives: 2, sizeBytes, sectorSize: 4096 }))).toBe(
      'bench-invalid',
    );
    await make();
  });

  it('a folder that is no bench is not touched', async () => {
    writeFileSync(join(folder, 'precious'), '');
    expect(await codeOf(removeBench(folder))).toBe('bench-invalid');
    expect(await codeOf(removeBench(join(folder, 'nowhere')))).toBe('bench-invalid');
  });

  it('other files in a bench stay', async () => {
    await make();
    writeFileSync(join(bench, 'notes.txt'), '');
    rmSync(join(bench, 'drive-02.img'));
    await removeBench(bench);
    expect(await codeOf(make())).toBe('bench-exists');
  });
});
