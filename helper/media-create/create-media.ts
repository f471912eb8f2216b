/** Makes a media file: an image of a WIM, with a boot image, what starts it, and packages. */
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { diskRefusal, type DiskPlace } from '../../core/base/disk-refusal';
import { sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import type { Task } from '../../core/base/task';
import { MiB } from '../../core/base/units';
import { packageFolder, packageKey } from '../../core/contents/contents';
import type { CreatedMedia, MediaPlan } from '../../core/recipe/media-plan';
import { driversFolder, driverTableName, foldedPack } from '../../core/drivers/driver-table';
import { windowsNameProblem } from '../../core/base/windows-names';
import { assessBoot } from '../../core/boot/preflight';
import { DriverNames } from '../media/inspect-drivers';
import { readNames } from '../media/read-names';
import { inspectBoot } from '../media/inspect-boot';
import { onDisk, roomAt, toolOnDisk } from '../tools/disk';
import { runTool, type ToolOptions } from '../tools/runner';
import { anyCase, wimlibFailure, WimlibProgress, type WimlibPhase } from '../tools/wimlib';
import { layOutBootParts } from './boot-parts';
import {
  checkArchitectures,
  checkBase,
  checkBootImage,
  fileMarks,
  packagesIn,
  type CheckedImage,
} from './check-images';
import { inOwnFolder, publish, refuseExisting, removeLeftovers } from './own-folder';
import { protectAdded } from './protect-added';
import { scanPackage, type ScannedPackage } from './scan-package';

export type CreateProgress = (task: Task) => void;

/** Space for lists of names, and for what is laid out beside the new file. Bytes. */
const besides = 64 * MiB;

/** Everything that goes into the media, looked at before the first byte is written. */
interface Ingredients {
  readonly plan: MediaPlan;
  readonly base: CheckedImage;
  readonly bootImage: CheckedImage | null;
  readonly scans: readonly ScannedPackage[];
  /** Of all files of the images. */
  readonly marks: string;
  /** Where the media grows. */
  readonly place: DiskPlace;
}

/**
 * Makes the media under a name of its own, and gives it its name when everything in it was checked. On any failure nothing is
 * left, and a file that was to be replaced is as it was.
 * @throws PrestageError usage, package-…, boot-…, architecture-differs, media-…, disk-unwritable, tool-…, cancelled
 */
export async function createMedia(
  request: MediaPlan,
  onProgress: CreateProgress,
  signal: AbortSignal,
): Promise<CreatedMedia> {
  const plan = { ...request, output: resolve(request.output) };
  await refuseExisting(plan.output, plan.replace);
  await removeLeftovers(plan.output);
  requireIds(plan.packages);
  onProgress({ phase: 'scanning', done: 0, total: 0 });
  const base = await checkBase(plan.base);
  const bootImage = plan.bootImage === null ? null : await checkBootImage(plan.bootImage);
  const marks = await fileMarks([...base.files, ...(bootImage?.files ?? [])]);
  const scans: ScannedPackage[] = [];
  for (const { id, folder } of addedOf(plan)) scans.push(await scanPackage(id, folder, signal));
  const needed =
    base.copyBytes + (bootImage?.bytes ?? 0) + scans.reduce((sum, { bytes }) => sum + bytes, 0) + besides;
  const place: DiskPlace = {
    what: 'the new media',
    path: dirname(plan.output),
    holds: 'Nothing was made.',
    elsewhere: 'give a file on another disk with --output',
    needed,
  };
  const room = await roomAt(place.path);
  if (room !== null && room.bytes < needed) throw new PrestageError(diskRefusal('full', place, room, null));
  const ingredients = { plan, base, bootImage, scans, marks, place };
  return await onDisk(place, () =>
    inOwnFolder(plan.output, (folder) => makeIn(folder, ingredients, onProgress, signal)),
  );
}

async function makeIn(
  folder: string,
  ingredients: Ingredients,
  onProgress: CreateProgress,
  signal: AbortSignal,
): Promise<CreatedMedia> {
  const { plan, base, bootImage, scans, place } = ingredients;
  const file = join(folder, 'media.wim');
  const notes: string[] = [];
  const wimlib = wimlibIn(place, onProgress, signal);

  // What reads the images only is done while their integrity tables are checked, which reads everything.
  const stop = new AbortController();
  const both = AbortSignal.any([signal, stop.signal]);
  const boot = join(folder, 'boot');
  const [, had, told] = await untilOneFails(stop, [
    wimlibIn(place, onProgress, both).checkIntegrity(bootImage === null ? [base] : [base, bootImage]),
    packagesIn(base, both),
    bootImage === null ? Promise.resolve(null) : checkArchitectures(base, bootImage, both),
    bootImage === null
      ? Promise.resolve()
      : layOutBootParts([base.source, bootImage.source], boot, plan.bootLoader ?? null, both),
  ]);
  if (told !== null) notes.push(told);

  await wimlib.copy(base, file, plan);
  const table = await driverTableFile(ingredients, folder, signal);
  await wimlib.change(file, folder, [...commandsFor(ingredients, boot), ...table]);
  const tops = ['/SMS', '/DRIVERS', ...(bootImage === null ? [] : ['/SOURCES', '/EFI', '/BOOT'])];
  const described = await protectAdded(file, tops, folder, signal);
  // Adds nothing: wimlib packs the list of names again, and makes the integrity table.
  const nothing = join(folder, 'nothing');
  await mkdir(nothing);
  const there = plan.packages.length > 0 ? '/SMS' : plan.driverPacks.length > 0 ? driversFolder : '/sources';
  await wimlib.change(file, folder, [`add ${quoted(nothing)} ${there}`], ['--include-integrity']);

  await requireUnchanged(ingredients, signal);
  const made = { wim: file, refs: [], imageIndex: 1 };
  const { bootable, problems } = assessBoot(await inspectBoot(made, signal)).bootable;
  if (!bootable && bootImage !== null) throw wouldNotStart(problems);
  if (!bootable) notes.push(`A machine does not start from this media: ${problems.join('; ')}.`);
  const { size } = await stat(file);
  await publish(file, plan.output, plan.replace);
  return {
    path: plan.output,
    bytes: size,
    packages: plan.packages.length,
    driverPacks: plan.driverPacks.map(({ pack }) => pack),
    files: scans.reduce((sum, { files }) => sum + files, 0),
    protected: described,
    replaced: plan.packages.map(({ id }) => id).filter((id) => had.has(packageKey(id))),
    notes,
  };
}

/** Waits for all; the first that fails stops the others, and is what is thrown. */
async function untilOneFails<T extends readonly Promise<unknown>[]>(
  stop: AbortController,
  work: readonly [...T],
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  try {
    return await Promise.all(work);
  } finally {
    stop.abort();
    await Promise.allSettled(work);
  }
}

function requireIds(packages: MediaPlan['packages']): void {
  const seen = new Set<string>();
  for (const { id } of packages) {
    const what = windowsNameProblem(id);
    const shown = sanitizeForDisplay(id);
    if (what !== null) {
      throw new PrestageError({
        code: 'package-unusable',
        message: `The package ${shown} cannot be added: its ID ${what}.`,
      });
    }
    if (seen.has(packageKey(id))) {
      throw new PrestageError({
        code: 'package-repeated',
        message: `Two packages have the ID ${shown}.`,
      });
    }
    seen.add(packageKey(id));
  }
}

function commandsFor({ plan, bootImage }: Ingredients, boot: string): string[] {
  const commands: string[] = [];
  if (bootImage !== null) {
    commands.push(`add ${quoted(boot)} /`, `add ${quoted(bootImage.source.wim)} /sources/boot.wim`);
  }
  for (const { target: place, folder } of addedOf(plan)) {
    const target = quoted(place);
    // A package that the base has is replaced, not mixed with.
    commands.push(`delete --force --recursive ${target}`, `add ${quoted(folder)} ${target}`);
  }
  return commands;
}

/** Folders that go into the media: packages, then driver packs. */
function addedOf({ packages, driverPacks }: MediaPlan): { id: string; folder: string; target: string }[] {
  return [
    ...packages.map(({ id, folder }) => ({ id, folder, target: `${packageFolder}/${id}` })),
    ...driverPacks.map(({ pack, folder }) => ({ id: pack, folder, target: `${driversFolder}/${pack}` })),
  ];
}

/**
 * The table of driver packs as a file, and the commands that put it into the media. Packs that the base has and nobody gave anew
 * stay, and stay in the table.
 */
async function driverTableFile(
  { plan, base }: Ingredients,
  folder: string,
  signal: AbortSignal,
): Promise<string[]> {
  if (plan.driverPacks.length === 0) return [];
  const before = new DriverNames();
  await readNames(base.source.wim, base.source.imageIndex, signal, (path) => {
    before.push(path);
  });
  const had = (await before.finish(base.source, signal))?.table ?? [];
  const given = new Set(plan.driverPacks.map(({ pack }) => foldedPack(pack)));
  const kept = had.filter(({ pack }) => !given.has(foldedPack(pack)));
  const table = [...kept, ...plan.driverPacks.map(({ pack, models }) => ({ pack, models }))];
  const file = join(folder, driverTableName);
  await writeFile(file, `${JSON.stringify(table, null, 2)}\n`);
  const target = quoted(`${driversFolder}/${driverTableName}`);
  return [`delete --force --recursive ${target}`, `add ${quoted(file)} ${target}`];
}

/** A path as a command of `wimlib-imagex update` takes it: nothing in quotes is special but the quote. */
function quoted(path: string): string {
  const mark = path.includes('"') ? "'" : '"';
  if (!path.includes(mark) && !/[\r\n]/.test(path)) return `${mark}${path}${mark}`;
  throw new PrestageError({
    code: 'usage',
    message: `The path ${sanitizeForDisplay(path, 300)} has both kinds of quotation marks, or a line break, in it.`,
    remedy: 'Nothing was made. Rename the folder, then try again.',
  });
}

interface Wimlib {
  readonly checkIntegrity: (images: readonly CheckedImage[]) => Promise<void>;
  readonly copy: (base: CheckedImage, file: string, plan: MediaPlan) => Promise<void>;
  /** Runs commands on the one image of a file. @param folder for temporary files */
  readonly change: (
    file: string,
    folder: string,
    commands: readonly string[],
    options?: readonly string[],
  ) => Promise<void>;
}

const phases: Readonly<Partial<Record<WimlibPhase, Task['phase']>>> = {
  integrity: 'checking',
  archiving: 'packing',
  summing: 'hashing',
};

/** What wimlib-imagex is asked to do, with its failures in our words. */
function wimlibIn(place: DiskPlace, onProgress: CreateProgress, signal: AbortSignal): Wimlib {
  const run = async (
    args: readonly string[],
    about: string,
    phase: Task['phase'] | null = null,
    options: ToolOptions = {},
  ): Promise<void> => {
    const progress = new WimlibProgress(({ phase: told, unit, done, total }) => {
      const shown = phase ?? phases[told];
      if (shown !== undefined && unit === 'bytes') onProgress({ phase: shown, done, total });
    });
    const { status, stderr } = await runTool('wimlib-imagex', args, {
      ...options,
      signal,
      onOutput: (text) => {
        progress.push(text);
      },
    });
    if (status !== 0) throw await toolOnDisk(stderr, place, wimlibFailure(status, stderr, about));
  };
  return {
    checkIntegrity: async (images) => {
      for (const { files, integrityTable } of images) {
        if (!integrityTable) continue;
        for (const file of files) await run(['info', file, '--check'], file, 'checking');
      }
    },
    copy: async ({ source, repack }, file, { name, description }) => {
      onProgress({ phase: 'copying', done: 0, total: 0 });
      const { wim, imageIndex, refs } = source;
      const how = ['--nocheck', ...(repack ? ['--compress=LZX'] : []), ...refs];
      await run(['export', wim, String(imageIndex), file, name, description, ...how], wim, 'copying');
    },
    change: async (file, folder, commands, options = []) => {
      const [inputFile, config] = [join(folder, 'commands'), join(folder, 'capture.ini')];
      await writeFile(inputFile, `${commands.join('\n')}\n`, { mode: 0o600 });
      // Without one of our own wimlib leaves out what Windows would, such as a package's pagefile.sys.
      await writeFile(config, '[ExclusionList]\n', { mode: 0o600 });
      await run(['update', file, '1', `--config=${config}`, ...options], file, null, {
        inputFile,
        environment: anyCase,
      });
    },
  };
}

/** @throws PrestageError media-source-changed */
async function requireUnchanged(
  { plan, base, bootImage, scans, marks }: Ingredients,
  signal: AbortSignal,
): Promise<void> {
  if ((await fileMarks([...base.files, ...(bootImage?.files ?? [])])) !== marks) {
    throw sourceChanged('The file of the operating system or of the boot image');
  }
  for (const [index, { id, folder }] of addedOf(plan).entries()) {
    const now = await scanPackage(id, folder, signal).catch((error: unknown) => {
      if (error instanceof PrestageError && error.code === 'package-unusable') return null;
      throw error;
    });
    if (now?.mark !== scans[index]?.mark) {
      throw sourceChanged(`The folder of the package ${sanitizeForDisplay(id)}`);
    }
  }
}

function sourceChanged(what: string): PrestageError {
  return new PrestageError({
    code: 'media-source-changed',
    message: `${what} changed while the media was made.`,
  });
}

function wouldNotStart(problems: readonly string[]): PrestageError {
  return new PrestageError({
    code: 'boot-files-missing',
    message: `A machine would not start from the media that was made: ${problems.join('; ')}.`,
  });
}
