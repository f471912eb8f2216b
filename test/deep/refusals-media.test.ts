import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MiB } from '../../core/base/units';
import { errorOf, reportOf } from '../support/cli';
import { runHere } from '../support/command-line';
import { extractPartition, imageHashes, volumeHashes } from '../support/drive-check';
import { removeArea, temporaryArea } from '../support/global-setup';
import { realTool, standIn } from '../support/refusal-run';
import { apply, expectRefused, makeStation, type RefusalStation } from '../support/refusal-station';
import {
  flipByte,
  hostileFiles,
  makeEncrypted,
  makeHostile,
  makeMedia,
  makeNotAWim,
  makeTruncated,
  smallWim,
  type HostileName,
  type MadeMedia,
} from '../support/wim';
import { bootPaths } from '../support/wim-tree';
import type { ErrorCode } from '../../core/base/errors';

let area: string;
let station: RefusalStation;
/** Uncompressed, with the files that can be made hostile. */
let plain: MadeMedia;
let packed: MadeMedia;
let esd: MadeMedia;
let counter = 0;

beforeAll(async () => {
  area = temporaryArea('refusals-media');
  station = await makeStation(area, 'station');
  plain = await makeMedia(join(area, 'plain'), { extraFiles: hostileFiles, smallFiles: 60 });
  packed = await makeMedia(join(area, 'packed'), { compression: 'LZX', integrity: true, smallFiles: 60 });
  esd = await makeMedia(join(area, 'esd'), { compression: 'LZMS', solid: true, smallFiles: 60 });
});
afterAll(() => {
  removeArea(area);
});

const fresh = (extension = 'wim'): string => join(area, `bad${String((counter += 1))}.${extension}`);

/** Applies a media file that must be refused, and wants its name in the message. */
async function refuses(
  media: string,
  code: ErrorCode,
  names: readonly string[] = [],
  more: readonly string[] = [],
): Promise<void> {
  await expectRefused(station, () => apply(station, { media, more }), {
    code,
    names: [basename(media), ...names],
  });
}

describe('apply refuses a media file', () => {
  it.each<[string, ErrorCode, () => Promise<string>]>([
    ['that is no WIM', 'media-not-a-wim', () => makeNotAWim(fresh())],
    ['that is empty', 'media-truncated', () => makeTruncated(plain.path, fresh(), 0)],
    ['that is cut off in the middle', 'media-truncated', () => makeTruncated(plain.path, fresh(), 300_000)],
    ['whose last byte is missing', 'media-truncated', () => makeTruncated(packed.path, fresh(), -1)],
    ['with a flipped byte in its data', 'media-corrupt', () => flipByte(plain.path, fresh(), 'data')],
    ['with a flipped byte in LZX data', 'media-corrupt', () => flipByte(packed.path, fresh(), 'data')],
    ['with a flipped byte in its metadata', 'media-corrupt', () => flipByte(plain.path, fresh(), 'metadata')],
    [
      'with a flipped byte in LZX metadata',
      'media-corrupt',
      () => flipByte(packed.path, fresh(), 'metadata'),
    ],
    ['with a flipped byte in its signature', 'media-not-a-wim', () => flipByte(plain.path, fresh(), 1)],
    ['with a flipped byte in its header size', 'media-corrupt', () => flipByte(plain.path, fresh(), 8)],
    ['with a flipped byte in its version', 'media-corrupt', () => flipByte(plain.path, fresh(), 13)],
    ['with a flipped byte in its chunk size', 'media-corrupt', () => flipByte(packed.path, fresh(), 21)],
    ['with a flipped byte in its part number', 'media-corrupt', () => flipByte(plain.path, fresh(), 40)],
    ['with a flipped byte in its image count', 'media-corrupt', () => flipByte(plain.path, fresh(), 44)],
    ['with a flipped byte in a table’s place', 'media-truncated', () => flipByte(plain.path, fresh(), 60)],
    ['that is an encrypted ESD', 'media-encrypted', () => makeEncrypted(esd.path, fresh('esd'))],
    ['that is not there', 'media-not-found', () => Promise.resolve(join(area, 'nowhere.wim'))],
    ['that is a folder', 'media-unreadable', () => Promise.resolve(join(area, 'plain'))],
  ])('%s', async (_what, code, make) => {
    await refuses(await make(), code);
  });

  it('whose loader is not the chosen one, or not one that the machines trust', async () => {
    const windows = await makeMedia(join(area, 'windows'), {
      without: [...bootPaths.loaders],
      smallFiles: 3,
    });
    for (const [media, more, code, names] of [
      // Its certificate table holds nothing that could be read.
      [plain.path, ['--loader', '2023'], 'loader-not-windows', ['\\EFI\\Boot\\bootx64.efi', '2023']],
      [windows.path, ['--loader', '2023'], 'loader-missing', ['\\Windows\\Boot\\EFI_EX\\bootmgfw_EX.efi']],
      [windows.path, ['--loader', '2011'], 'loader-missing', ['\\Windows\\Boot\\EFI\\bootmgfw.efi', '2011']],
      [plain.path, ['--firmware-trust', '2023', '--require-loader'], 'loader-not-trusted', ['may not start']],
    ] as const) {
      await expectRefused(station, () => apply(station, { media, more }), { code, names });
    }
    // Nobody said what the machines trust, on the command line or in the settings.
    const unknown = { code: 'firmware-trust-unknown' as const, names: ['Nobody said'] };
    await expectRefused(
      station,
      () => apply(station, { media: plain.path, more: ['--require-loader'] }),
      unknown,
    );
    writeFileSync(join(station.state, 'settings.json'), '{"bootLoader": {"require": true}}');
    await expectRefused(station, () => apply(station, { media: plain.path, more: [] }), unknown);
    rmSync(join(station.state, 'settings.json'));
  });

  it('that lacks an image of that number', async () => {
    await refuses(plain.path, 'media-image-missing', ['no image 7', 'Prestaged media'], ['--image', '7']);
  });

  it('of a split set without one of its parts, and says which', async () => {
    const split = await makeMedia(join(area, 'split'), { splitBytes: 300_000, smallFiles: 60 });
    expect(split.files.length).toBeGreaterThan(2);
    const second = split.files[1] ?? '';
    rmSync(second);
    await expectRefused(station, () => apply(station, { media: split.path }), {
      code: 'media-part-missing',
      names: [basename(split.path), 'part 2 is not in the same folder'],
      remedy: basename(second),
    });
  });

  it('whose EFI folder does not fit on the EFI partition, and names a layout with a larger one', async () => {
    // Three times the same 90 MiB: once in the media, 270 MiB on a partition of 260.
    const content = Buffer.alloc(90 * MiB, 'boot');
    const names = ['one', 'two', 'three'].map((name) => [`EFI/Tools/${name}.bin`, content] as const);
    const made = await makeMedia(join(area, 'large-efi'), {
      smallFiles: 10,
      extraFiles: Object.fromEntries(names),
    });
    await expectRefused(station, () => apply(station, { media: made.path }), {
      code: 'boot-files-too-large',
      names: ['boot files of the media', 'EFI partition'],
      remedy: 'configmgr-uefi',
    });

    // The way out that it names is one.
    const roomy = await makeStation(area, 'roomy', { size: '2G' });
    const run = await apply(roomy, { media: made.path, more: ['--layout', 'configmgr-uefi'] });
    expect(reportOf(run).jobs.map(({ state }) => state)).toEqual(['done']);
  });

  it('whose Winre.wim does not fit on the Recovery partition, and names a layout with a larger one', async () => {
    const content = Buffer.concat([await smallWim(45), Buffer.alloc(510 * MiB)]);
    const made = await makeMedia(join(area, 'large-recovery'), {
      ...{ smallFiles: 10, compression: 'XPRESS' },
      extraFiles: { 'Windows/System32/Recovery/Winre.wim': content },
    });
    const roomy = await makeStation(area, 'recovery', { size: '2G' });
    const more = ['--layout', 'configmgr-uefi'];
    await expectRefused(roomy, () => apply(roomy, { media: made.path, more }), {
      code: 'recovery-too-large',
      names: ['Winre.wim', '510.3 MiB', 'Recovery partition', '504.0 MiB', 'bay 1'],
      remedy: 'uefi-recovery',
    });
  });

  it.each<[string, HostileName, string]>([
    ['a name `..`', 'dotDot', '/Odd'],
    ['an absolute path', 'absolute', '/etc'],
    ['a name that is a path', 'slashInside', 'folder/zz'],
    ['a name with a backslash', 'backslash', 'back\\slash'],
    ['a name with a colon', 'colon', 'C:x'],
    ['the same name twice', 'duplicate', 'twin2'],
    ['a name cycle', 'cycle', 'contains itself'],
    ['a line end in a name', 'lineFeed', 'feed'],
    ['a NUL in a name', 'nul', 'Odd'],
    ['a file without a name', 'unnamed', 'Odd'],
    ['a file that has files in it', 'fileWithChildren', 'plain'],
  ])('with %s inside', async (_what, kind, named) => {
    await refuses(await makeHostile(plain.path, fresh(), kind), 'media-unsafe-names', [named]);
  });
});

describe('apply compares the SHA-256, and refuses', () => {
  const wrong = createHash('sha256').update('another file').digest('hex');
  const copy = (manifest: string): string => {
    const media = fresh();
    writeFileSync(media, readFileSync(plain.path));
    writeFileSync(`${media}.sha256`, manifest.replace('NAME', basename(media)));
    return media;
  };

  it('a media file with another than the given one', async () => {
    await refuses(plain.path, 'media-hash-mismatch', ['the one given'], ['--expect-sha256', wrong]);
  });

  it('a media file with another than the one in the manifest', async () => {
    await refuses(copy(`${wrong}  NAME\n`), 'media-hash-mismatch', ['in the manifest']);
  });

  it('a manifest and a given one that contradict each other', async () => {
    const right = createHash('sha256').update(readFileSync(plain.path)).digest('hex');
    await refuses(copy(`${wrong} *NAME\n`), 'media-hash-mismatch', ['given'], ['--expect-sha256', right]);
  });

  it('a manifest for another file', async () => {
    await refuses(copy(`${wrong}  other.wim\n`), 'media-hash-mismatch', ['other.wim']);
  });

  it.each([
    ['that is in no known form', 'this is no manifest\n'],
    ['that is empty', ''],
    ['with a sum that is too short', `${wrong.slice(1)}  NAME\n`],
  ])('a manifest %s', async (_what, text) => {
    await refuses(copy(text), 'media-manifest-invalid');
  });

  it('a manifest that it cannot read sends to the sender, never to the copy', async () => {
    const { remedy } = errorOf(await apply(station, { media: copy('this is no manifest\n') }));
    expect(remedy).toContain('Ask the sender for the SHA-256');
    expect(remedy).toContain('Do not compute it from your copy');
    expect(remedy).not.toMatch(/remove|make a new/i);
  });
});

describe('a manifest as other systems write it', () => {
  it.each([
    [
      'Get-FileHash, in UTF-16',
      (sum: string, name: string) =>
        Buffer.from(
          `\uFEFF\r\nAlgorithm       Hash                                                                   Path\r\n---------       ----                                                                   ----\r\nSHA256          ${sum.toUpperCase()}       C:\\images\\${name}\r\n\r\n`,
          'utf16le',
        ),
    ],
    ['a BSD', (sum: string, name: string) => Buffer.from(`SHA256 (${name}) = ${sum}\n`)],
    [
      'certutil',
      (sum: string, name: string) =>
        Buffer.from(
          `SHA256 hash of ${name}:\r\n${sum}\r\nCertUtil: -hashfile command completed successfully.\r\n`,
        ),
    ],
  ])('is compared: %s', async (_tool, write) => {
    const media = fresh();
    const bytes = readFileSync(plain.path);
    writeFileSync(media, bytes);
    const right = createHash('sha256').update(bytes).digest('hex');
    writeFileSync(`${media}.sha256`, write(right, basename(media)));
    const good = await runHere(['media', 'inspect', media, '--json']);
    expect(good.status, good.stderr).toBe(0);
    expect(JSON.parse(good.stdout)).toMatchObject({ sha256: right, expected: 'manifest' });
    const wrong = createHash('sha256').update('another file').digest('hex');
    writeFileSync(`${media}.sha256`, write(wrong, basename(media)));
    await refuses(media, 'media-hash-mismatch', ['in the manifest']);
  });
});

describe('apply notices a media file that changes while it is read', () => {
  it('when it is still being copied', async () => {
    const media = fresh();
    writeFileSync(media, readFileSync(plain.path));
    // Every write to a file moves its times; nothing else is needed to look like a copy under way.
    const timer = setInterval(() => {
      utimesSync(media, new Date(), new Date());
    }, 5);
    try {
      await refuses(media, 'media-changed');
    } finally {
      clearInterval(timer);
    }
  });

  it('when another takes its place between hash and render, and keeps nothing made of the other', async () => {
    const other = await makeMedia(join(area, 'other'), {
      smallFiles: 60,
      extraFiles: { 'Windows/other.txt': 'not what was hashed' },
    });
    const media = fresh();
    const stored = `${media}.kept`;
    for (const file of [media, stored]) writeFileSync(file, readFileSync(plain.path));
    const tools = join(area, 'tools-swap');
    mkdirSync(tools);
    const swap = `cp '${other.path}' '${media}.new'; mv '${media}.new' '${media}'`;
    // Long after a file of this size was hashed, and before it is applied.
    standIn(
      tools,
      'mkntfs',
      `case "$*" in *-F*) sleep 0.5; ${swap};; esac\nexec '${realTool('mkntfs')}' "$@"`,
    );

    const path = process.env['PATH'] ?? '';
    process.env['PATH'] = `${tools}:${path}`;
    try {
      await refuses(media, 'media-changed');
    } finally {
      process.env['PATH'] = path;
    }

    // The first media again: a disk image of the other one must not pass for its.
    const clean = await makeStation(area, 'clean');
    writeFileSync(media, readFileSync(stored));
    const run = await apply(clean, { media, state: station.state });
    expect(reportOf(run).jobs.map(({ state }) => state)).toEqual(['done']);
    const windows = extractPartition(clean.drives[0].path, 'windows', area);
    expect(volumeHashes(windows, area)).toEqual(imageHashes(plain.path));
  });
});
