import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BootDetails, EfiProgramDetails } from '../../core/boot/boot-details';
import { defaultLoaderNames, shownMediaPath } from '../../core/boot/preflight';
import { timeouts } from '../../core/base/timeouts';
import { MiB } from '../../core/base/units';
import { signaturesOf } from '../boot/authenticode';
import { efiProgramIn } from '../boot/pe';
import { inTemporaryFolder } from '../tools/disk';
import { runTool } from '../tools/runner';
import { anyCase, wimlibFailure } from '../tools/wimlib';
import { listingMemory, type ImageSource } from './image-source';
import { lookedAt } from './listed-paths';

/** A file of an image that is, or could be, a program on the EFI partition. */
export interface ProgramFile {
  /** In the image, as it is written there. */
  readonly path: string;
  readonly bytes: number;
  readonly link: boolean;
}

export interface ReadPrograms {
  /** In the order in which they would start. */
  readonly programs: NonNullable<BootDetails['programs']>;
  readonly bootManagers: NonNullable<BootDetails['bootManagers']>;
}

/** What is larger is no loader, and only said to be not known. Bytes. */
const largestProgram = 32 * MiB;
/** Programs that are looked at: Windows brings ten. */
const mostPrograms = 48;

/**
 * Reads who signed the programs that will lie on the EFI partition, and Windows' own boot managers in the image.
 * @param files what goes to the EFI partition, by its path there in lower case
 * @param fileAt the one file at a path of the image
 * @throws PrestageError media-…, tool-missing, state-unavailable, cancelled
 */
export async function readPrograms(
  source: ImageSource,
  files: ReadonlyMap<string, ProgramFile>,
  fileAt: (path: string) => Promise<ProgramFile | null>,
  signal?: AbortSignal,
): Promise<ReadPrograms> {
  const managers = {
    '2011': await fileAt(lookedAt.bootManagers['2011']),
    '2023': await fileAt(lookedAt.bootManagers['2023']),
  };
  const programs = [...files]
    .filter(([place]) => place.endsWith('.efi'))
    .sort(startingFirst)
    .slice(0, mostPrograms);
  const wanted = [...programs.map(([, file]) => file), ...Object.values(managers)].flatMap((file) =>
    file === null || file.link || file.bytes > largestProgram ? [] : file.path,
  );
  const found = await contentOf(source, [...new Set(wanted)], signal);
  const detailsOf = (place: string, { path }: ProgramFile): EfiProgramDetails => ({
    ...{ path: shownMediaPath(path), place: shownMediaPath(`\\EFI\\${place}`) },
    ...(found.get(path) ?? { cpu: 'other' as const }),
  });
  const lying = programs.map(([place, file]) => detailsOf(place, file));
  const managerOf = (year: '2011' | '2023'): EfiProgramDetails | null => {
    const file = managers[year];
    return file === null ? null : detailsOf(managerPlace, file);
  };
  return {
    programs: [...copiesOf(lying, files), ...lying],
    bootManagers: { '2011': managerOf('2011'), '2023': managerOf('2023') },
  };
}

const managerPlace = 'microsoft/boot/bootmgfw.efi';

/** The boot manager once more, where firmware looks for a loader and there is none (helper/disk-image/boot-files.ts). */
function copiesOf(
  programs: readonly EfiProgramDetails[],
  files: ReadonlyMap<string, ProgramFile>,
): EfiProgramDetails[] {
  const manager = programs.find(({ place }) => place === shownMediaPath(`\\EFI\\${managerPlace}`));
  const name = manager === undefined ? null : defaultLoaderNames[manager.cpu];
  if (manager === undefined || name === null || files.has(`boot/${name}`)) return [];
  return [{ ...manager, place: `\\EFI\\boot\\${name}` }];
}

/** Loaders on a disk that firmware does not know, then the boot manager, then what these could start. */
function startingFirst([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  const rank = (place: string): number =>
    Object.values(defaultLoaderNames).some((name) => place === `boot/${name ?? ''}`)
      ? 0
      : place === managerPlace
        ? 1
        : 2;
  return rank(one) - rank(other) || (one < other ? -1 : 1);
}

type Content = Pick<EfiProgramDetails, 'cpu' | 'signatures'>;

async function contentOf(
  { wim, imageIndex, refs }: ImageSource,
  paths: readonly string[],
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, Content>> {
  if (paths.length === 0) return new Map();
  return await inTemporaryFolder('programs', async (folder) => {
    const { status, stderr } = await runTool(
      'wimlib-imagex',
      [
        ...['extract', wim, String(imageIndex), ...paths, `--dest-dir=${folder}`, '--preserve-dir-structure'],
        ...['--no-acls', '--no-attributes', '--no-globs', ...refs],
      ],
      { signal, timeout: timeouts.mediaListing, memoryLimit: listingMemory, environment: anyCase },
    );
    if (status !== 0) throw wimlibFailure(status, stderr, wim);
    const found = new Map<string, Content>();
    for (const path of paths) {
      const program = await readFile(join(folder, path));
      const cpu = efiProgramIn(program)?.cpu ?? 'none';
      // Without the certificates: names say enough.
      const signatures = signaturesOf(program).map(({ state, chain }) => ({ state, chain }));
      found.set(path, cpu === 'none' ? { cpu } : { cpu, signatures });
    }
    return found;
  });
}
