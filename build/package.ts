import { Arch, Platform, build } from 'electron-builder';
import { existsSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { builderConfiguration } from './electron-builder';
import { pinnedElectron, prepareElectron } from './electron-runtime';
import { setFuses, type Flavour } from './fuses';
import { helpModule, layers } from './layers';
import { runtimeClosure } from './package/closure';
import { prepareNode } from './node-runtime';
import { makeDeb } from './package/deb';
import { executable, output, productManifest, root, unpacked } from './package/paths';
import { stageApp, stageHelper } from './package/stage';
import { requireReleaseElectron, WrongElectron } from './release-electron';
import { run, say } from './run';

/**
 * Packs the product: the folder dist-package/linux-unpacked and, from it, the Debian package. See
 * docs/adr/0013-package.md.
 */
export interface PackageOptions {
  /** `test` can be driven through --inspect; see build/fuses.ts. */
  readonly flavour: Exclude<Flavour, 'development'>;
  /** electron-builder's own targets to make besides, such as AppImage; they fetch tools when they are made. */
  readonly targets: readonly string[];
  /** The built app. */
  readonly app: string;
  /** Bundle everything first. */
  readonly bundle: boolean;
}

/** @returns the path of the .deb */
export async function packageProduct(options: PackageOptions): Promise<string> {
  const electron = await prepareElectron();
  requireReleaseElectron(options.flavour, electron, pinnedElectron());
  const node = prepareNode();
  if (options.bundle) run('npm', ['run', '--silent', 'build'], { cwd: root });
  say(`packing with Electron ${electron.version} (${electron.source}) and Node ${node.version}`);
  stageApp(options.app);
  stageHelper(node);
  // What an earlier run left would be packed again.
  rmSync(unpacked, { recursive: true, force: true });
  await build({
    projectDir: root,
    targets: Platform.LINUX.createTarget(['dir', ...options.targets], Arch.x64),
    config: {
      ...builderConfiguration(electron),
      // Before any target is made from the folder.
      afterPack: async ({ appOutDir }) => {
        // Of the Electron for development, which electron-builder leaves in a runtime that was not a zip.
        for (const unwanted of ['resources/default_app.asar', 'version']) {
          rmSync(join(appOutDir, unwanted), { force: true });
        }
        await setFuses(join(appOutDir, executable), options.flavour);
      },
    },
  });
  // The bundles hold what the rooms import; the page's packages are a bundle's only, and so not among the product's.
  const pagePackages = layers['renderer']?.packages ?? [];
  const packages = runtimeClosure(root, [
    ...Object.keys(productManifest().dependencies),
    ...(pagePackages === 'any' ? [] : pagePackages.filter((name) => name !== helpModule)),
  ]);
  const deb = makeDeb(packages, node.licence, options.flavour);
  say(`made ${deb} (${options.flavour})`);
  return deb;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { values } = parseArgs({
    options: {
      flavour: { type: 'string', default: 'release' },
      targets: { type: 'string', default: '' },
      app: { type: 'string', default: join(root, 'dist/app') },
      'no-build': { type: 'boolean', default: false },
    },
  });
  const { flavour } = values;
  if (flavour !== 'release' && flavour !== 'test') throw new Error('--flavour is release or test');
  if (!existsSync(output)) say(`everything goes to ${output}`);
  try {
    await packageProduct({
      flavour,
      targets: values.targets.split(',').filter((target) => target !== ''),
      app: resolve(values.app),
      bundle: !values['no-build'],
    });
  } catch (error) {
    if (!(error instanceof WrongElectron)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
