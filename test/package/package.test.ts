import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { XMLParser } from 'fast-xml-parser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { electronRuntime, pinnedElectron } from '../../build/electron-runtime';
import { fuseDifferences, readFuses, setFuses } from '../../build/fuses';
import { packagedNode } from '../../build/node-runtime';
import { libraryPackages } from '../../build/package/debian-control';
import { productManifest } from '../../build/package/paths';
import { removeArea, temporaryArea } from '../support/global-setup';
import { isRoot } from '../support/loop';

/** The package that is released: what is in it, who may change it, and whether it runs as it lies there. */

const root = resolve(import.meta.dirname, '../..');
const output = join(root, 'dist-package');
const helper = 'usr/lib/prestage/resources/engine/prestage-helper';

/** Packing and lintian take half a minute each alone on two cores, and much longer beside others. */
const patience = 600_000;

/** A release is refused where only the stand-in for Electron could be had; the package for tests is the same but for a fuse. */
const flavour = electronRuntime().version === pinnedElectron() ? 'release' : 'test';
const otherFlavour = flavour === 'release' ? 'test' : 'release';

let area: string;
let deb: string;
let unpacked: string;

function run(file: string, args: readonly string[]): string {
  const result = spawnSync(file, args, { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  if (result.status !== 0) throw new Error(`${file} ${args.join(' ')}:\n${result.stdout}${result.stderr}`);
  return result.stdout;
}

describe('the Debian package', () => {
  beforeAll(() => {
    area = temporaryArea('package');
    // Without bundling again: other tests run what is in dist/ at this moment.
    run('npx', ['--no-install', 'tsx', 'build/package.ts', '--no-build', '--flavour', flavour]);
    // Packages of other versions may lie beside it.
    const { version } = productManifest();
    const form = new RegExp(
      `^prestage_${version.replaceAll('.', '\\.')}_[a-z0-9]+${flavour === 'release' ? '' : '\\.test'}\\.deb$`,
    );
    const found = readdirSync(output).filter((file) => form.test(file));
    expect(found).toHaveLength(1);
    deb = join(output, found[0] ?? '');
    unpacked = join(area, 'unpacked');
    mkdirSync(unpacked);
    run('dpkg-deb', ['-x', deb, unpacked]);
  }, patience);
  afterAll(() => {
    removeArea(area);
  });

  it(`has the fuses of its flavour, ${flavour}`, async () => {
    const binary = join(unpacked, 'usr/lib/prestage/prestage-bench');
    expect(await readFuses(binary)).toMatchObject({
      RunAsNode: 'off',
      EnableCookieEncryption: 'on',
      EnableNodeOptionsEnvironmentVariable: 'off',
      EnableNodeCliInspectArguments: flavour === 'release' ? 'off' : 'on',
      EnableEmbeddedAsarIntegrityValidation: 'off',
      OnlyLoadAppFromAsar: 'on',
      LoadBrowserProcessSpecificV8Snapshot: 'off',
      GrantFileProtocolExtraPrivileges: 'off',
    });
    expect(await fuseDifferences(binary, flavour)).toEqual([]);
  });

  it('differs in the fuse for --inspect alone from the package of the other flavour', async () => {
    const copy = join(area, 'prestage-bench');
    copyFileSync(join(unpacked, 'usr/lib/prestage/prestage-bench'), copy);
    await setFuses(copy, otherFlavour);
    const [found, wanted] = flavour === 'release' ? ['on', 'off'] : ['off', 'on'];
    expect(await fuseDifferences(copy, flavour)).toEqual([
      `EnableNodeCliInspectArguments is ${found}, not ${wanted}`,
    ]);
  });

  it('belongs to root, and nobody else may change any of it', () => {
    const entries = run('dpkg-deb', ['--contents', deb])
      .trim()
      .split('\n')
      .map((line) => line.split(/\s+/));
    const wrong = entries.filter(
      ([mode = '', owner]) =>
        owner !== 'root/root' || (!mode.startsWith('l') && !/^[-d]r[-w][-x]r-[-x]r-[-x]$/.test(mode)),
    );
    expect(wrong).toEqual([]);
    const modes = new Map(entries.map(([mode, , , , , path = '']) => [path, mode]));
    expect(modes.get(`./${helper}`)).toBe('-rwxr-xr-x');
    expect(modes.get('./usr/lib/prestage/resources/engine/runtime/node')).toBe('-rwxr-xr-x');
  });

  it('packs the app and nothing else into app.asar', () => {
    const resources = join(unpacked, 'usr/lib/prestage/resources');
    expect(readdirSync(resources).sort()).toEqual(['app.asar', 'engine']);
    const listed = run('npx', ['--no-install', 'asar', 'list', join(resources, 'app.asar')])
      .trim()
      .split('\n');
    expect(listed.filter((path) => !/^\/(dist(\/app(\/.*)?)?|package\.json)$/.test(path))).toEqual([]);
    expect(listed).toContain('/dist/app/main.cjs');
  });

  it('has a helper that cannot be held', () => {
    const client = join(unpacked, 'usr/lib/prestage/resources/engine');
    const programs = readdirSync(client, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /(?:^|\/)(?:helper\.code|drive-worker)\.cjs$/.test(name),
    );
    expect(programs).toHaveLength(2);
    // What the tests' own has, see hold.test.ts.
    for (const name of programs) {
      expect(readFileSync(join(client, name), 'utf8')).not.toContain('prestage-hold');
    }
  });

  it('has a polkit action for exactly the helper that is in it', () => {
    const file = 'usr/share/polkit-1/actions/com.prestage.helper.policy';
    const text = readFileSync(join(unpacked, file), 'utf8');
    // The parser below takes much that is no XML; Python's takes nothing.
    run('python3', ['-c', 'import sys, xml.dom.minidom as m; m.parse(sys.argv[1])', join(unpacked, file)]);
    const { policyconfig } = z
      .object({
        policyconfig: z.object({
          action: z.object({
            '@_id': z.string(),
            defaults: z.record(z.string(), z.string()),
            annotate: z.object({ '@_key': z.string(), '#text': z.string() }),
          }),
        }),
      })
      .parse(new XMLParser({ ignoreAttributes: false }).parse(text));
    const { action } = policyconfig;
    expect(action['@_id']).toBe('com.prestage.helper.run');
    expect(action.defaults).toEqual({ allow_any: 'no', allow_inactive: 'no', allow_active: 'auth_admin' });
    expect(action.annotate).toEqual({
      '@_key': 'org.freedesktop.policykit.exec.path',
      '#text': `/${helper}`,
    });
  });

  it('depends on the packages of all libraries that its files name', () => {
    const named = new Set(
      ['prestage-bench', 'chrome_crashpad_handler', 'libGLESv2.so', 'resources/engine/runtime/node'].flatMap(
        (file) =>
          [
            ...run('objdump', ['-p', join(unpacked, 'usr/lib/prestage', file)]).matchAll(/NEEDED\s+(\S+)/g),
          ].map(([, library]) => library ?? ''),
      ),
    );
    named.delete('libffmpeg.so');
    const cache = run('/sbin/ldconfig', ['-p']);
    const declared = new Set(['libc6', ...libraryPackages]);
    const undeclared = [...named].filter((library) => {
      const [, path] =
        new RegExp(`^\\s${library.replaceAll('.', '\\.').replaceAll('+', '\\+')} .*=> (\\S+)$`, 'm').exec(
          cache,
        ) ?? [];
      // Packages of merged folders are known by the file's name alone.
      const owners = run('dpkg', ['-S', `*/${(path ?? library).split('/').at(-1) ?? ''}`]);
      return !owners.split('\n').some((line) => declared.has((line.split(':')[0] ?? '').replace(/t64$/, '')));
    });
    expect(undeclared).toEqual([]);
  });

  it('brings the pinned Node, whichever has packed, and asks for the C library that its programs name', () => {
    const client = join(unpacked, 'usr/lib/prestage/resources/engine');
    expect(run(join(client, 'runtime/node'), ['--version']).trim()).toBe(`v${packagedNode.version}`);
    expect(
      readFileSync(join(unpacked, 'usr/share/doc/prestage/licenses-node.txt.gz')).length,
    ).toBeGreaterThan(0);
    const [, asked = ''] = /libc6 \(>= ([\d.]+)\)/.exec(run('dpkg-deb', ['-f', deb, 'Depends'])) ?? [];
    // strerrorname_np, which the addon calls, came with 2.32.
    run('dpkg', ['--compare-versions', asked, 'ge', '2.32']);
    const addon = run('objdump', ['-T', join(client, 'helper/addon/build/Release/block_device.node')]);
    for (const [, version = ''] of addon.matchAll(/\(GLIBC_([\d.]+)\)/g)) {
      run('dpkg', ['--compare-versions', asked, 'ge', version]);
    }
  });

  it('brings unpack-wim, which runs', () => {
    const program = join(unpacked, 'usr/lib/prestage/resources/engine/helper/unpack-wim/build/unpack-wim');
    const { status, stderr } = spawnSync(program, [], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([240, expect.stringContaining('usage: unpack-wim')]);
  });

  it(
    'has no errors for lintian',
    () => {
      const result = spawnSync('lintian', [...(isRoot ? ['--allow-root'] : []), deb], { encoding: 'utf8' });
      expect(result.error).toBeUndefined();
      expect(result.stdout.split('\n').filter((line) => line.startsWith('E:'))).toEqual([]);
    },
    patience,
  );

  describe('installed', () => {
    /** Runs a command as another user where the package lies over /usr, for this command alone. */
    function runInstalled(
      args: readonly string[],
      input?: string,
    ): { status: number | null; stdout: string } {
      const script = 'mount -t overlay overlay -o "lowerdir=$0:/usr" /usr && exec "$@"';
      const user = [
        'setpriv',
        '--reuid',
        '65534',
        '--regid',
        '65534',
        '--clear-groups',
        'env',
        '-i',
        `HOME=${area}`,
      ];
      const command = ['--mount', 'sh', '-c', script, join(unpacked, 'usr'), ...user, ...args];
      return spawnSync('unshare', command, { encoding: 'utf8', ...(input === undefined ? {} : { input }) });
    }
    const overlays = isRoot && readFileSync('/proc/filesystems', 'utf8').includes('overlay');

    it('lists drives as a plain user, through its own helper on its own Node', ({ skip }) => {
      if (!overlays) skip('needs root and overlay mounts');
      const listed = runInstalled(['/usr/bin/prestage', 'drives', '--json']);
      expect(listed.status, listed.stdout).toBe(0);
      expect(z.object({ drives: z.array(z.unknown()) }).safeParse(JSON.parse(listed.stdout)).success).toBe(
        true,
      );
    });

    it('starts the helper that polkit starts, and ends it with its input', ({ skip }) => {
      if (!overlays) skip('needs root and overlay mounts');
      const hello = JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'hello',
        params: { protocolVersion: 0, client: 'test' },
      });
      const answered = runInstalled([`/${helper}`], `Content-Length: ${hello.length}\r\n\r\n${hello}`);
      // It speaks the protocol: to one of another version it says so.
      expect(answered.stdout).toContain('Content-Length:');
      expect(answered.stdout).toContain('"id":1');
    });
  });
});
