import { execFileSync, type ChildProcess } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { PrestageError } from '../../core/base/errors';
import { createdMediaSchema, type MediaPlan } from '../../core/recipe/media-plan';
import type { HelperClient } from '../../station/helper-client/helper-client';
import { launchHelper } from '../../station/helper-client/launch-helper';
import { mediaContentsForm } from '../../station/cli/media-contents-command';
import { TestApp } from '../support/app-service';
import { errorOf, onlyDrive, prestage, reportOf, runCli, type CliResult } from '../support/cli';
import { runHere } from '../support/command-line';
import { extractPartition, imageHashes } from '../support/drive-check';
import { childrenOf } from '../support/power-cut';
import { removeArea, temporaryArea } from '../support/global-setup';
import { Hold } from '../support/hold';
import { isRoot, rootOnly } from '../support/loop';
import {
  captureTree,
  makeForeignBootImage,
  makeMediaSources,
  writeRecipe,
  type MediaSources,
} from '../support/media-sources';
import { mountMemory, undoDisks } from '../support/refusal-disk';
import { makeBench } from '../support/virtual-bench';

/** `prestage media create` and `prestage media contents`: what is made is judged by wimlib, ntfs-3g and the shell. */

let area: string;
let sources: MediaSources;
let made: string;
let creation: CliResult;
let api: HelperClient;

beforeAll(async () => {
  area = temporaryArea('media-create');
  sources = await makeMediaSources(area);
  made = join(area, 'out', 'contoso.wim');
  mkdirSync(join(area, 'out'));
  creation = await create(writeRecipe(sources), made);
  api = await launchHelper({
    elevation: { kind: 'direct' },
    helper: [process.execPath, resolve(prestage, '../helper.cjs')],
    client: 'test',
  });
});
afterEach(undoDisks);
afterAll(async () => {
  await api.dispose();
  removeArea(area);
});

async function create(recipe: string, output: string, ...more: readonly string[]): Promise<CliResult> {
  return await runHere(['media', 'create', recipe, '--output', output, '--json', ...more]);
}

async function contents(...args: readonly string[]): Promise<z.infer<typeof mediaContentsForm>> {
  const run = await runHere(['media', 'contents', ...args, '--json']);
  if (run.status !== 0) throw new Error(run.stderr);
  return mediaContentsForm.parse(JSON.parse(run.stdout));
}

/** A package's SHA-256, as the shell computes it from the folder. */
function packageSum(folder: string): string {
  const script = `find . -type f -printf '%P\\t%s\\t' -exec sh -c 'sha1sum < "$1" | cut -c1-40' _ {} \\; | LC_ALL=C sort | sha256sum`;
  return execFileSync('bash', ['-c', script], { cwd: folder, encoding: 'utf8' }).slice(0, 64);
}

describe('media create', () => {
  it('makes a media file that wimlib finds whole, and that Prestage says will start', async () => {
    expect(creation.stderr).not.toContain('error');
    expect(createdMediaSchema.parse(JSON.parse(creation.stdout))).toMatchObject({
      path: made,
      packages: 2,
      files: 6,
      replaced: [],
    });
    execFileSync('wimlib-imagex', ['verify', made], { stdio: 'pipe' });
    const verified = await runHere(['media', 'verify', made, '--json']);
    expect(verified.status, verified.stderr).toBe(0);
    expect(JSON.parse(verified.stdout)).toMatchObject({ warnings: [] });
    const info = execFileSync('wimlib-imagex', ['info', made], { encoding: 'utf8' });
    expect(info).toMatch(/Image Count: +1\n/);
    expect(info).toMatch(/Name: +Contoso 1\n/);
    const inspected = await runHere(['media', 'inspect', made, '--json']);
    expect(JSON.parse(inspected.stdout)).toMatchObject({
      integrityTable: true,
      warnings: [],
      bootable: { bootable: true, bootStore: 'boot-image', problems: [] },
    });
    expect(readdirSync(join(area, 'out'))).toEqual(['contoso.wim']);
  });

  it('has the files of the operating system, of each package and of the boot image, byte for byte', () => {
    const found = imageHashes(made);
    for (const [path, sha1] of imageHashes(sources.system)) {
      expect([path, found.get(path)]).toEqual([path, sha1]);
    }
    const sha1 = (file: string): string => execFileSync('sha1sum', [file], { encoding: 'utf8' }).slice(0, 40);
    expect(found.get('/sources/boot.wim')).toBe(sha1(sources.bootImage));
    for (const name of ['pagefile.sys', '$RECYCLE.BIN/kept.txt', 'net.inf']) {
      expect(found.get(`/SMS/PKG/ABC00011/${name}`)).toBe(sha1(join(sources.packages[1], name)));
    }
    expect(found.get('/boot/boot.sdi')).toBe(found.get('/Windows/Boot/DVD/EFI/boot.sdi'));
    expect(found.get('/EFI/Boot/bootx64.efi')).toBe(found.get('/Windows/Boot/EFI/bootmgfw.efi'));
  });

  it.skipIf(!isRoot)(
    `is applied, and ordinary users have no access to what was added (${rootOnly})`,
    async () => {
      const bench = join(area, 'bench');
      await makeBench(bench, 1, '2G');
      const drive = await onlyDrive(bench);
      const run = await runHere([
        ...['apply', '--media', made, '--bench', bench, '--yes', '--json', '--state', join(area, 'state')],
        ...['--drive', `${drive.id}=5CD1234XY1`],
      ]);
      expect(reportOf(run).jobs[0]?.state).toBe('done');
      const volume = extractPartition(drive.path, 'windows', area);
      const rights = (path: string): string =>
        execFileSync('ntfssecaudit', ['-r', volume, path], {
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'ignore'],
        });
      for (const top of ['/SMS', '/sources', '/EFI', '/boot']) {
        const shown = rights(top);
        // Each mode that is named: all for administrators and the system, nothing for anybody else.
        const modes = [...shown.matchAll(/mode 0?([0-7]{3})\b/g)].map(([, mode]) => mode);
        expect([top, new Set(modes)]).toEqual([top, new Set(['700'])]);
        expect(shown).not.toContain('no key');
      }
      expect(rights('/SMS')).toContain('/SMS/PKG/ABC00010/x64/Grüße/läuft.txt');
      // The same tool says of a file without descriptors that everybody may do everything.
      expect(rights('/Windows/Web')).toMatch(/no key[\s\S]*mode 0?777/);
    },
  );

  it('adds to a finished media file: a package that is there is replaced, and its boot files stay', async () => {
    const revised = join(area, 'revised');
    mkdirSync(revised);
    writeFileSync(join(revised, 'only.txt'), 'the only file');
    const recipe = join(area, 'more.yaml');
    writeFileSync(
      recipe,
      `name: Contoso\nversion: '2'\noperatingSystem: { media: out/contoso.wim }\n` +
        `packages:\n  - { id: ABC00010, name: Client, folder: revised }\n`,
    );
    const output = join(area, 'second.wim');
    const run = await create(recipe, output);
    expect(createdMediaSchema.parse(JSON.parse(run.stdout)).replaced).toEqual(['ABC00010']);
    const listed = await contents(output);
    expect(listed.packages.map(({ id, files }) => [id, files])).toEqual([
      ['ABC00010', 1],
      ['ABC00011', 3],
    ]);
    const [before, after] = [imageHashes(made), imageHashes(output)];
    for (const path of ['/EFI/Microsoft/Boot/BCD', '/sources/boot.wim']) {
      expect(after.get(path)).toBe(before.get(path));
    }
    // The manifest of the first media is the list: one package of it is as it was, one was revised.
    const sent = await runHere([
      ...['media', 'send', made, '--to', join(area, 'sent'), '--recipe', writeRecipe(sources), '--json'],
    ]);
    const { manifest } = z.object({ manifest: z.string() }).parse(JSON.parse(sent.stdout));
    const { comparison } = await contents(output, '--expect', manifest);
    expect(comparison?.packages.map(({ id, name, state }) => [id, name, state])).toEqual([
      ['ABC00010', 'Package ABC00010', 'revised'],
      ['ABC00011', 'Package ABC00011', 'as-expected'],
    ]);
    expect([comparison?.fromDrive.bytes, comparison?.fromDistributionPoint.bytes]).toEqual([31, 18]);
  });

  it('refuses to overwrite, and replaces when it is told to', async () => {
    const file = join(area, 'there.wim');
    writeFileSync(file, 'somebody’s');
    const recipe = writeRecipe(sources);
    const refused = await create(recipe, file);
    expect([refused.status, errorOf(refused).code]).toEqual([2, 'usage']);
    expect(readFileSync(file, 'utf8')).toBe('somebody’s');
    expect((await create(recipe, file, '--replace')).status).toBe(0);
    execFileSync('wimlib-imagex', ['verify', file], { stdio: 'pipe' });
  });
});

describe('media contents', () => {
  it('says of each package what the shell computes from its folder', async () => {
    const { packages, notes, comparison } = await contents(made);
    expect(packages.map(({ id, sha256 }) => [id, sha256])).toEqual([
      ['ABC00010', packageSum(sources.packages[0])],
      ['ABC00011', packageSum(sources.packages[1])],
    ]);
    expect([notes, comparison]).toEqual([[], null]);
  });

  it('says that a media file without packages has none', async () => {
    const run = await runHere(['media', 'contents', sources.system]);
    expect([run.status, run.stdout]).toEqual([
      0,
      'Image 1 has no folder \\SMS\\PKG: this media holds no packages.\n',
    ]);
  });

  it("compares with a copy of a site's content library, file by file", async () => {
    const library = join(area, 'SCCMContentLib');
    const put = (id: string, version: string, path: string, content: string): void => {
      const file = join(library, 'DataLib', `${id}.${version}`, `${path}.INI`);
      mkdirSync(resolve(file, '..'), { recursive: true });
      const sum = execFileSync('sha256sum', { input: content, encoding: 'utf8' }).slice(0, 64).toUpperCase();
      const text = `[File]\r\nTime=129786510000000000\r\nSize=${Buffer.byteLength(content)}\r\nAttributes=00000020\r\nHash=${sum}\r\n`;
      writeFileSync(file, text);
      mkdirSync(join(library, 'PkgLib'), { recursive: true });
      writeFileSync(join(library, 'PkgLib', `${id}.INI`), `[Packages]\r\n${id}.${version}=\r\n`);
    };
    put('ABC00010', '3', 'Setup.exe', 'a program');
    put('ABC00010', '3', 'x64/Grüße/läuft.txt', 'not ASCII');
    put('ABC00010', '3', 'empty.txt', '');
    put('ABC00099', '1', 'new.msi', 'twelve bytes');
    const { comparison } = await contents(made, '--expect', library);
    expect(comparison?.packages.map(({ id, version, state }) => [id, version, state])).toEqual([
      ['ABC00010', '3', 'as-expected'],
      ['ABC00011', null, 'not-asked-for'],
      ['ABC00099', '1', 'missing'],
    ]);
    expect(comparison?.fromDistributionPoint).toEqual({ packages: 1, bytes: 12, unknownSize: 0 });
    put('ABC00010', '3', 'Setup.exe', 'A program');
    const revised = await runHere(['media', 'contents', made, '--expect', library]);
    expect(revised.stdout).toMatch(/^ABC00010 .* revised: will be downloaded$/m);
    expect(revised.stdout).toMatch(/^from a distribution point +2 packages, 30 bytes$/m);
    rmSync(join(library, 'DataLib', 'ABC00099.1'), { recursive: true });
    const cut = await runHere(['media', 'contents', made, '--expect', library, '--json']);
    expect(errorOf(cut)).toMatchObject({ code: 'contents-list-invalid' });
    expect(errorOf(cut).message).toContain('DataLib\\ABC00099.1: the copy is incomplete');
  });

  it('is what the app says of the media that is chosen', async () => {
    const app = await TestApp.open(join(area, 'app-state'), join(area, 'app-bench'));
    try {
      await expect(app.handlers.listContents({ list: null })).rejects.toMatchObject({ code: 'usage' });
      await app.handlers.selectMedia({ path: made });
      const list = join(area, 'app-list.csv');
      writeFileSync(list, 'ID,Name\nABC00010,Client\nABC00077,VPN\n');
      const { contents: found, comparison } = await app.handlers.listContents({ list });
      expect(found.packages.map(({ id }) => id)).toEqual(['ABC00010', 'ABC00011']);
      expect(comparison?.packages.map(({ name, state }) => [name, state])).toEqual([
        ['Client', 'not-compared'],
        [null, 'not-asked-for'],
        ['VPN', 'missing'],
      ]);
    } finally {
      await app.service.close();
    }
  });

  it('takes a package of 100,000 files', async () => {
    const many = join(area, 'many');
    for (let folder = 0; folder < 100; folder += 1) {
      mkdirSync(join(many, `folder${folder}`), { recursive: true });
      for (let file = 0; file < 1000; file += 1) {
        writeFileSync(join(many, `folder${folder}`, `${file}.txt`), '');
      }
    }
    const output = join(area, 'many.wim');
    const plan = planWith({ base: { path: made, imageIndex: 1 }, bootImage: null, output });
    await call({ ...plan, packages: [{ id: 'ABC00100', folder: many }] });
    const begun = performance.now();
    const { packages } = await api.call('listContents', {
      ...{ progressToken: 'many', path: output, imageIndex: 1, contentOf: [] },
    });
    expect(packages.find(({ id }) => id === 'ABC00100')).toMatchObject({ files: 100_000, bytes: 0 });
    // Seconds, not minutes; some 4 s where nothing else runs.
    expect(performance.now() - begun).toBeLessThan(60_000);
    rmSync(many, { recursive: true });
  });
});

function planWith(change: Partial<MediaPlan>): MediaPlan {
  return {
    name: 'Contoso 1',
    description: '',
    driverPacks: [],
    base: { path: sources.system, imageIndex: 1 },
    bootImage: { path: sources.bootImage, imageIndex: 1 },
    packages: [{ id: 'ABC00010', folder: sources.packages[0] }],
    output: join(area, 'refused', 'made.wim'),
    replace: false,
    ...change,
  };
}

async function call(plan: MediaPlan): Promise<unknown> {
  return await api.call('createMedia', { progressToken: 'create', ...plan });
}

/** Why it is refused, after which nothing is left. */
async function refusal(change: Partial<MediaPlan>): Promise<PrestageError['data']> {
  const folder = join(area, 'refused');
  mkdirSync(folder, { recursive: true });
  const error: unknown = await call(planWith(change)).then(
    () => new Error('nothing was refused'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof PrestageError)) throw error;
  expect(readdirSync(folder)).toEqual([]);
  return error.data;
}

describe('media create refuses, and leaves nothing', () => {
  const packageWith = async (
    name: string,
    fill: (folder: string) => void | Promise<void>,
  ): Promise<MediaPlan['packages']> => {
    const folder = join(area, 'unusable', name);
    mkdirSync(folder, { recursive: true });
    await fill(folder);
    return [{ id: 'ABC00066', folder }];
  };

  it.each([
    [
      'a reserved name',
      (folder: string) => {
        writeFileSync(join(folder, 'aux.inf'), '');
      },
      /aux\.inf is the name of a Windows device/,
    ],
    [
      'a dot at the end',
      (folder: string) => {
        mkdirSync(join(folder, 'driver.'));
      },
      /driver\. ends with a space or a dot/,
    ],
    [
      'a colon',
      (folder: string) => {
        writeFileSync(join(folder, 'a:b'), '');
      },
      /a:b has a character that Windows file names cannot have \(:\)/,
    ],
    [
      'a name that is not UTF-8',
      (folder: string) => {
        writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0xff, 0x61])]), '');
      },
      /not UTF-8/,
    ],
    [
      'names that differ in case',
      (folder: string) => {
        writeFileSync(join(folder, 'A.txt'), '');
        writeFileSync(join(folder, 'a.TXT'), '');
      },
      /only in upper and lower case/,
    ],
    [
      'a symbolic link',
      (folder: string) => {
        symlinkSync('/etc/passwd', join(folder, 'link'));
      },
      /link is a symbolic link/,
    ],
    [
      'a named pipe',
      (folder: string) => {
        execFileSync('mkfifo', [join(folder, 'pipe')]);
      },
      /pipe is a named pipe/,
    ],
    [
      'a socket',
      async (folder: string) => {
        // Where its path is short enough to bind it.
        const place = mkdtempSync(join(tmpdir(), 'ps-'));
        const server = createServer();
        try {
          await new Promise<void>((done, failed) => {
            server.on('error', failed).listen(join(place, 's'), done);
          });
          renameSync(join(place, 's'), join(folder, 'agent'));
        } finally {
          server.close();
          rmSync(place, { recursive: true, force: true });
        }
      },
      /agent is a socket, not a file/,
    ],
    [
      'a path that is longer than a path can be',
      (folder: string) => {
        // From folder to folder: as a whole the path is more than the system takes.
        const program = 'for (1..25) { mkdir $ARGV[0] or die; chdir $ARGV[0] or die }';
        execFileSync('perl', ['-e', program, 'x'.repeat(200)], { cwd: folder });
      },
      /has a path too long for this computer/,
    ],
    [
      'a folder that does not exist',
      (folder: string) => {
        rmSync(folder, { recursive: true });
      },
      /does not exist/,
    ],
  ])('a package with %s', async (name, fill, words) => {
    const packages = await packageWith(name, fill);
    const { code, message } = await refusal({ packages }).finally(() => {
      // Node does not remove what has such a path.
      execFileSync('rm', ['-rf', packages[0]?.folder ?? '']);
    });
    expect(code).toBe('package-unusable');
    expect(message).toMatch(words);
  });

  it('two packages with one ID', async () => {
    const [first, second] = sources.packages;
    const packages = [
      { id: 'ABC00010', folder: first },
      { id: 'abc00010', folder: second },
    ];
    expect((await refusal({ packages })).code).toBe('package-repeated');
  });

  it('a boot image for another processor', async () => {
    const path = makeForeignBootImage(sources);
    const { code, message } = await refusal({ bootImage: { path, imageIndex: 1 } });
    expect([code, message]).toEqual([
      'architecture-differs',
      'The boot image is for arm64 machines, but the operating system is for x64 machines.',
    ]);
  });

  it.each([
    ['that nothing is marked in', ['--compress=LZX'], 1, /no image .* is marked as bootable/],
    ['with LZMS', ['--boot', '--solid'], 1, /solid or compressed with LZMS/],
    ['with other chunks', ['--boot', '--compress=LZX', '--chunk-size=65536'], 1, /chunks of 64 KiB/],
    ['of which another image starts', ['--boot', '--compress=LZX'], 2, /names image 2, but image 1/],
  ])('a boot image %s', async (name, options, imageIndex, words) => {
    const file = join(area, `${name}.wim`);
    captureTree(sources.packages[0], file, options);
    const { code, message } = await refusal({ bootImage: { path: file, imageIndex } });
    expect(code).toBe('boot-image-unusable');
    expect(message).toMatch(words);
  });

  it('one part of a split boot image', async () => {
    const first = join(area, 'split.swm');
    execFileSync('wimlib-imagex', ['split', sources.bootImage, first, '0.1'], { stdio: 'pipe' });
    const { code, message } = await refusal({ bootImage: { path: first, imageIndex: 1 } });
    expect(code).toBe('boot-image-unusable');
    expect(message).toMatch(/split set/);
  });

  it('an operating system that has no boot manager', async () => {
    const path = captureTree(sources.packages[0], join(area, 'bare.wim'), ['Bare']);
    const { code, message } = await refusal({ base: { path, imageIndex: 1 } });
    expect(code).toBe('boot-files-missing');
    expect(message).toContain('bootmgfw.efi');
  });

  it('an operating system that does not fit its own integrity table', async () => {
    const path = join(area, 'flipped.wim');
    const bytes = readFileSync(sources.system);
    bytes[1000] = (bytes[1000] ?? 0) ^ 1;
    writeFileSync(path, bytes);
    expect((await refusal({ base: { path, imageIndex: 1 } })).code).toBe('media-corrupt');
  });

  it.skipIf(!isRoot)(`a disk without room, before it begins (${rootOnly})`, async () => {
    const folder = join(area, 'refused');
    mountMemory(folder, '16M');
    const { code, message } = await refusal({});
    expect(code).toBe('disk-unwritable');
    expect(message).toMatch(/needed, 16\.0 MiB free/);
  });

  it('a recipe that lacks what is needed, with its lines', async () => {
    const recipe = join(area, 'lacks.yaml');
    writeFileSync(
      recipe,
      `name: Contoso\nversion: '1'\noperatingSystem: {}\npackages:\n  - { id: ABC00010, name: A }\n`,
    );
    const run = await create(recipe, join(area, 'refused', 'made.wim'));
    const { code, cause } = errorOf(run);
    expect(code).toBe('recipe-invalid');
    expect(cause).toMatch(/operatingSystem\.file is missing[\s\S]*packages\[1\]\.folder is missing/);
  });
});

describe('a media file that is being made', () => {
  /** Runs until the packages are to be added; nothing is awaited by looking again. */
  async function held(
    name: string,
    place = join(area, name),
  ): Promise<{
    readonly hold: Hold;
    readonly child: ChildProcess;
    readonly running: Promise<CliResult>;
    readonly folder: string;
  }> {
    mkdirSync(place, { recursive: true });
    const hold = await Hold.at('packing', join(area, 'hold'));
    let child: ChildProcess | undefined;
    const running = runCli(
      ['media', 'create', writeRecipe(sources), '--output', join(place, 'made.wim'), '--json'],
      {
        env: hold.environment,
        onStart: (one) => {
          child = one;
        },
      },
    );
    await hold.reached(1);
    if (child === undefined) throw new Error('the command did not start');
    return { hold, child, running, folder: place };
  }

  it('is gone after Ctrl+C', async () => {
    const { hold, child, running, folder } = await held('cancelled');
    child.kill('SIGINT');
    expect((await running).status).toBe(130);
    hold.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is refused when a source changes meanwhile', async () => {
    const { hold, running, folder } = await held('changed');
    appendFileSync(join(sources.packages[0], 'setup.exe'), '!');
    hold.release();
    const run = await running;
    writeFileSync(join(sources.packages[0], 'setup.exe'), 'a program');
    expect(errorOf(run)).toMatchObject({ code: 'media-source-changed' });
    expect(errorOf(run).message).toContain('ABC00010');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('leaves after kill -9 what the next run removes, and never a file of its name', async () => {
    const { hold, child, running, folder } = await held('killed');
    const pid = child.pid ?? 0;
    const helpers = childrenOf(pid);
    const tools = helpers.flatMap(childrenOf);
    for (const one of [...helpers, pid, ...tools]) process.kill(one, 'SIGKILL');
    await running;
    hold.release();
    const [left, ...others] = readdirSync(folder);
    expect([left?.startsWith('.made.wim.making-'), others]).toEqual([true, []]);
    const again = await create(writeRecipe(sources), join(folder, 'made.wim'));
    expect(again.status).toBe(0);
    expect(readdirSync(folder)).toEqual(['made.wim']);
  });

  it.skipIf(!isRoot)(`is gone when the disk becomes full (${rootOnly})`, async () => {
    const place = join(area, 'small');
    mountMemory(place, '96M');
    const { hold, running, folder } = await held('small', place);
    try {
      writeFileSync(join(folder, 'others'), Buffer.alloc(97 * 1024 * 1024));
    } catch {
      // It is full.
    }
    hold.release();
    const run = await running;
    expect(errorOf(run)).toMatchObject({ code: 'disk-unwritable' });
    expect(errorOf(run).message).toContain('is full');
    expect(readdirSync(folder)).toEqual(['others']);
  });

  it.skipIf(!isRoot)(`refuses files that the user cannot read (${rootOnly})`, async () => {
    const folder = join(area, 'closed');
    mkdirSync(folder);
    writeFileSync(join(folder, 'secret.inf'), 'secret');
    chmodSync(join(folder, 'secret.inf'), 0o600);
    // Another user gets to what lies in the run's own folder, by its name.
    for (const way of [area, resolve(area, '..')]) chmodSync(way, 0o711);
    chmodSync(folder, 0o755);
    const output = join(area, 'open');
    mkdirSync(output);
    chmodSync(output, 0o777);
    const recipe = writeRecipe(sources, { name: 'closed', packages: [['ABC00010', folder]] });
    const run = await runCli(['media', 'create', recipe, '--output', join(output, 'made.wim'), '--json'], {
      uid: 65534,
      env: { HOME: output, XDG_STATE_HOME: output, XDG_CACHE_HOME: output },
    });
    expect(errorOf(run)).toMatchObject({ code: 'package-unusable' });
    expect(errorOf(run).message).toContain('secret.inf cannot be read: you do not have permission');
    expect(existsSync(join(output, 'made.wim'))).toBe(false);
  });
});
