import { linkSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cutFrom, type ContentPools } from './content';
import type { SeededRandom } from './random';

/** What a file is made of: shares of its bytes, in the order they stand in it. They add up to 1. */
type Recipe = readonly (readonly [kind: keyof ContentPools, share: number])[];

interface Kind {
  /** Share of all names. The kinds without `rest` come first, programs take what is left. */
  readonly share: number;
  /** Bytes. */
  readonly median: number;
  /** Standard deviation of the natural logarithm of the size. */
  readonly spread: number;
  readonly recipe: Recipe;
  readonly path: (index: number, random: SeededRandom) => string;
}

/** One name of the tree. */
export interface PlannedFile {
  /** Below the tree's root. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly recipe: Recipe;
  /** A second name, in the component store, for the same file. */
  readonly link: string | null;
}

const megabyte = 1_000_000;
const program: Recipe = [
  ['code', 0.6],
  ['data', 0.34],
  ['packed', 0.06],
];

const hex = (random: SeededRandom): string => (random.next() >>> 0).toString(16).padStart(8, '0');
const component = (index: number): string =>
  `Windows/WinSxS/amd64_component-${Math.floor(index / 3)}_31bf3856ad364e35_10.0.22621.${index % 4000}_none`;
const spreadOver = (index: number, folders: readonly string[]): string =>
  folders[index % folders.length] ?? '';

/** All but programs and the few very large files. */
const kinds: readonly Kind[] = [
  {
    // Windows keeps its manifests in a compressed form of its own.
    share: 0.22,
    median: 900,
    spread: 0.7,
    recipe: [['packed', 1]],
    path: (index, random) => `Windows/WinSxS/Manifests/amd64_component-${index}_${hex(random)}.manifest`,
  },
  {
    share: 0.09,
    median: 9000,
    spread: 0.5,
    recipe: [
      ['text', 0.4],
      ['packed', 0.6],
    ],
    path: (index) =>
      `Windows/servicing/Packages/Package-${index >> 1}~31bf3856ad364e35.${index & 1 ? 'cat' : 'mum'}`,
  },
  {
    share: 0.09,
    median: 12_000,
    spread: 0.9,
    recipe: [
      ['data', 0.9],
      ['packed', 0.1],
    ],
    path: (index) =>
      `Windows/${spreadOver(index, ['System32/en-US', 'SysWOW64/en-US', 'en-US'])}/res-${index}.dll.mui`,
  },
  {
    share: 0.15,
    median: 4000,
    spread: 1.3,
    recipe: [
      ['text', 0.5],
      ['packed', 0.5],
    ],
    path: (index) =>
      `Program Files/WindowsApps/Package.${Math.floor(index / 90)}_8wekyb3d8bbwe/Assets/${index % 7}/item-${index}.png`,
  },
  {
    share: 0.04,
    median: 25_000,
    spread: 1,
    recipe: [['text', 1]],
    path: (index) =>
      `Windows/System32/DriverStore/FileRepository/driver-${Math.floor(index / 4)}.inf_amd64/driver-${index}.inf`,
  },
  {
    share: 0.008,
    median: 300_000,
    spread: 0.8,
    recipe: [
      ['data', 0.5],
      ['packed', 0.5],
    ],
    path: (index) => `Windows/Fonts/font-${index}.ttf`,
  },
];

/** Share of names that are second names of programs: the component store's hard links. */
const linkShare = 0.18;
const programFolders = [
  'System32',
  'SysWOW64',
  'System32/drivers',
  'System32/wbem',
  'Microsoft.NET/assembly',
];

/** What makes media bootable and what a task sequence brings; sizes in bytes. */
const fixedFiles: readonly Omit<PlannedFile, 'link'>[] = [
  { path: 'EFI/Boot/bootx64.efi', size: 2_600_000, recipe: program },
  { path: 'EFI/Microsoft/Boot/bootmgfw.efi', size: 2_600_000, recipe: program },
  { path: 'EFI/Microsoft/Boot/boot.stl', size: 10_000, recipe: [['packed', 1]] },
  { path: 'EFI/Microsoft/Boot/Fonts/segmono_boot.ttf', size: 44_000, recipe: [['data', 1]] },
  { path: 'boot/boot.sdi', size: 3_170_304, recipe: [['data', 1]] },
  { path: 'SMS/data/TsmBootstrap.ini', size: 700, recipe: [['text', 1]] },
  { path: 'SMS/data/Policy.xml', size: 900_000, recipe: [['text', 1]] },
  { path: 'SMS/data/Variables.dat', size: 12_000, recipe: [['packed', 1]] },
];

/** Files of tens of megabytes, made of what is compressed already or of hives and caches. */
const largeFiles: readonly (readonly [path: string, share: number, recipe: Recipe])[] = [
  ['sources/boot.wim', 0.35, [['packed', 1]]],
  ['Windows/System32/Recovery/Winre.wim', 0.25, [['packed', 1]]],
  ['Windows/System32/config/SOFTWARE', 0.1, [['data', 1]]],
  ['Windows/System32/config/COMPONENTS', 0.1, [['data', 1]]],
  ['SMS/PKG/PS100012/drivers.cab', 0.12, [['packed', 1]]],
  [
    'SMS/PKG/PS100031/agent.msi',
    0.08,
    [
      ['code', 0.5],
      ['packed', 0.5],
    ],
  ],
];
/** Share of all bytes that the large files take. */
const largeShare = 0.1;

/**
 * Plans a tree.
 * @param names how many file names it has, second names of hard links included
 * @param bytes of distinct content; programs are scaled to reach it
 */
export function planTree(random: SeededRandom, names: number, bytes: number): PlannedFile[] {
  const files: PlannedFile[] = fixedFiles.map((file) => ({ ...file, link: null }));
  for (const [path, share, recipe] of largeFiles) {
    files.push({ path, size: Math.round(bytes * largeShare * share), recipe, link: null });
  }
  for (const kind of kinds) {
    const count = Math.round(names * kind.share);
    for (let index = 0; index < count; index += 1) {
      const size = Math.min(40 * megabyte, Math.round(random.logNormal(kind.median, kind.spread)));
      files.push({ path: kind.path(index, random), size, recipe: kind.recipe, link: null });
    }
  }
  const links = Math.round(names * linkShare);
  const programs = names - files.length - links;
  const wanted = bytes - files.reduce((sum, { size }) => sum + size, 0);
  if (programs <= links || wanted <= programs * 1000) throw new RangeError('too few bytes for so many files');
  const sizes = Array.from({ length: programs }, () => random.logNormal(1, 1.4));
  const scale = wanted / sizes.reduce((sum, size) => sum + size, 0);
  sizes.forEach((size, index) => {
    const name = `module-${index}.${index % 9 === 0 ? 'exe' : 'dll'}`;
    files.push({
      path: `Windows/${spreadOver(index, programFolders)}/${name}`,
      size: Math.min(60 * megabyte, Math.round(size * scale)),
      recipe: program,
      link: index < links ? `${component(index)}/${name}` : null,
    });
  });
  return files;
}

/** Writes the files of a plan below a folder that is empty. */
export function writeTree(
  folder: string,
  files: readonly PlannedFile[],
  pools: ContentPools,
  random: SeededRandom,
): void {
  const made = new Set<string>();
  const place = (path: string): string => {
    const full = join(folder, path);
    const parent = dirname(full);
    if (!made.has(parent)) {
      mkdirSync(parent, { recursive: true });
      made.add(parent);
    }
    return full;
  };
  let buffer = Buffer.alloc(4 * megabyte);
  files.forEach((file, index) => {
    if (buffer.length < file.size) buffer = Buffer.alloc(file.size);
    let at = 0;
    for (const [kind, share] of file.recipe) {
      const end = Math.min(file.size, at + Math.ceil(file.size * share));
      cutFrom(pools[kind], random, buffer, at, end);
      at = end;
    }
    // Every file differs, or the WIM would keep small ones that happen to be equal only once.
    if (file.size >= 4) buffer.writeInt32LE(index, 0);
    const path = place(file.path);
    writeFileSync(path, buffer.subarray(0, file.size));
    if (file.link !== null) linkSync(path, place(file.link));
  });
}
