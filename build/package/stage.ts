import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { NodeRuntime } from '../node-runtime';
import { makeCodeCaches } from '../code-cache';
import { run } from '../run';
import { copyPackages, runtimeClosure } from './closure';
import { appFolder, helperFolder, installed, productManifest, root } from './paths';

/**
 * Makes the folder that becomes app.asar: the app's bundles. The one package with native parts, libsql, it loads from
 * the helper (electron/libsql-from-helper.ts).
 * @param app the built app (dist/app)
 */
export function stageApp(app: string): void {
  for (const file of ['main.cjs', 'preload.cjs', 'renderer/index.html']) {
    if (!existsSync(join(app, file))) throw new Error(`${join(app, file)} is missing: run npm run build`);
  }
  const { name, version, description } = productManifest();
  rmSync(appFolder, { recursive: true, force: true });
  mkdirSync(appFolder, { recursive: true });
  cpSync(app, join(appFolder, 'dist/app'), { recursive: true, filter: (path) => !path.endsWith('.map') });
  // The author is what electron-builder asks for.
  const manifest = {
    name,
    version,
    description,
    author: 'The Prestage contributors',
    main: 'dist/app/main.cjs',
  };
  writeFileSync(join(appFolder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

/**
 * Makes the folder that becomes resources/engine: the command line and the helper as they lie in a checkout, so that
 * both find their parts in the same way, with a Node of their own.
 * @param node the Node that goes with it
 */
export function stageHelper(node: NodeRuntime): void {
  const { name, version, description } = productManifest();
  rmSync(helperFolder, { recursive: true, force: true });
  mkdirSync(join(helperFolder, 'dist'), { recursive: true });
  writeFileSync(
    join(helperFolder, 'package.json'),
    `${JSON.stringify({ name, version, description, private: true, type: 'module' }, null, 2)}\n`,
  );
  const programs = readdirSync(join(root, 'dist')).filter((file) => file.endsWith('.cjs'));
  for (const program of ['prestage.cjs', 'helper.cjs']) {
    if (!programs.includes(program)) throw new Error(`dist/${program} is missing: run npm run build`);
  }
  for (const program of programs) {
    // Without `#!/usr/bin/env node`: only the wrappers start them, on the Node beside.
    const text = readFileSync(join(root, 'dist', program), 'utf8').replace(/^#!.*\n/, '');
    writeFileSync(join(helperFolder, 'dist', program), text);
  }
  for (const compiled of ['helper/addon/build/Release/block_device.node', unpackWim]) {
    cpSync(join(root, compiled), join(helperFolder, compiled));
  }
  copyPackages(root, runtimeClosure(root, ['libsql']), helperFolder);
  stageNode(node);
  const place = join('/', installed, 'resources/engine/dist');
  makeCodeCaches(join(helperFolder, 'dist'), join(helperFolder, 'runtime/node'), place);
  for (const wrapper of ['prestage', 'prestage-helper']) {
    cpSync(join(root, 'build/debian', wrapper), join(helperFolder, wrapper));
    chmodSync(join(helperFolder, wrapper), 0o755);
  }
}

/** What helper/unpack-wim/build.sh builds. */
export const unpackWim = 'helper/unpack-wim/build/unpack-wim';

/** Libraries that are on every Debian: with no others, this Node runs anywhere. */
const everywhere =
  /^(linux-vdso|libdl|libstdc\+\+|libm|libgcc_s|libpthread|libc|librt|libatomic|ld-linux-[\w-]+)\.so/;

function stageNode({ binary, version }: NodeRuntime): void {
  const foreign = run('ldd', [binary])
    .split('\n')
    .map((line) => line.trim().split(/\s/)[0] ?? '')
    .map((library) => library.slice(library.lastIndexOf('/') + 1))
    .filter((library) => library !== '' && !everywhere.test(library));
  if (foreign.length > 0) {
    throw new Error(`${binary} needs ${foreign.join(', ')}, which the stations may not have`);
  }
  const target = join(helperFolder, 'runtime/node');
  mkdirSync(join(helperFolder, 'runtime'));
  // Debug information is half of it. Names that addons bind to are kept.
  run('strip', ['--strip-unneeded', '-o', target, binary]);
  chmodSync(target, 0o755);
  const packed = run(target, ['--version']).trim();
  if (packed !== `v${version}`) throw new Error(`the packed Node says ${packed}, not v${version}`);
}
