import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';

/** The npm packages that go into the Debian package: which they are, their files, and their licences. */

const manifestSchema = z.object({
  name: z.string(),
  version: z.string(),
  license: z.string().optional(),
  dependencies: z.record(z.string(), z.string()).optional(),
  optionalDependencies: z.record(z.string(), z.string()).optional(),
});

/** One installed npm package that goes into the package of the product. */
export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly folder: string;
}

/** Built for another C library than Debian's. */
const otherLibrary = /-musl(eabihf)?$/;

/** The packages that these need at run time, themselves included, as npm has installed them. */
export function runtimeClosure(root: string, names: readonly string[]): InstalledPackage[] {
  const found = new Map<string, InstalledPackage>();
  const visit = (name: string, from: string, optional: boolean): void => {
    if (otherLibrary.test(name)) return;
    const folder = installedFolder(name, from, root);
    if (folder === null) {
      if (optional) return;
      throw new Error(`the npm package ${name}, needed by ${from}, is not installed`);
    }
    if (found.has(folder)) return;
    const manifest = manifestSchema.parse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')));
    const { version, license = 'unknown' } = manifest;
    found.set(folder, { name, version, license, folder });
    const optionals = Object.keys(manifest.optionalDependencies ?? {});
    for (const next of Object.keys(manifest.dependencies ?? {})) {
      visit(next, folder, optionals.includes(next));
    }
    for (const next of optionals) visit(next, folder, true);
  };
  for (const name of names) visit(name, root, false);
  return [...found.values()];
}

/** Looks as Node does: in node_modules of each folder, from inside out. */
function installedFolder(name: string, from: string, root: string): string | null {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json'))) return candidate;
    if (folder === root || folder === dirname(folder)) return null;
  }
}

/** Not read at run time: sources, types, maps, documents, traces of compiling, settings of tools. */
const left = [
  /\.(ts|map|md|markdown|nix|gypi?|cc?|cpp|h|hpp|mk|a)$/,
  /\/(test|types|obj\.target|\.deps)$/,
  /\/\.[^/]+$/,
  /\/(tsconfig\.json|config\.gypi|Makefile)$/,
];
const licence = /\/(licen[cs]e|copying|notice)[^/]*$/i;

/** Copies the packages below `target`/node_modules, as they lie below `root`. */
export function copyPackages(root: string, packages: readonly InstalledPackage[], target: string): void {
  for (const { folder } of packages) {
    const destination = join(target, folder.slice(root.length + 1));
    mkdirSync(destination, { recursive: true });
    cpSync(folder, destination, {
      recursive: true,
      dereference: true,
      filter: (path) => {
        const inside = path.slice(folder.length);
        // Packages below are named on their own.
        if (/\/node_modules(\/|$)/.test(inside)) return false;
        if (licence.test(inside)) return true;
        return !left.some((pattern) => pattern.test(inside));
      },
    });
  }
}

/** The texts of the packages' licences, one below the other. */
export function licenceTexts(packages: readonly InstalledPackage[]): string {
  const once = new Map(packages.map((item) => [`${item.name} ${item.version}`, item]));
  const sections = [...once].map(([title, { folder, license }]) => {
    const files = readdirSync(folder).filter((file) => licence.test(`/${file}`));
    const texts = files.map((file) => readFileSync(join(folder, file), 'utf8').trim());
    return [`${title} (${license})`, '-'.repeat(72), ...texts].join('\n\n');
  });
  return `${sections.join('\n\n\n')}\n`;
}
