import { PrestageError } from '../../core/base/errors';
import type { Media } from '../../core/media/media';
import type { WorkOrder } from '../../core/order/order';
import { libraryFolder, MediaLibrary } from '../library/media-library';
import { chooseMachineFiles } from '../machine-files/fill-machine-files';
import type { SignedMedia } from '../media/media-expectation';
import type { Settings } from '../state/settings';
import type { StatePaths } from '../state/state-paths';
import { checkOrder, refusalFindings, type OrderFinding } from './check-order';

/** What speaks against an order, told as soon as it is opened: nobody should learn it at the start of a batch. */

type Brought = Pick<SignedMedia, 'machineFiles' | 'driverPacks' | 'dates'>;

/** What the library knows of the media that an order names; null: it names none, or the library does not have it. */
export function mediaOfOrder(
  { mediaSha256 }: Pick<WorkOrder, 'mediaSha256'>,
  paths: Pick<StatePaths, 'library'>,
  settings: Pick<Settings, 'libraryFolder'>,
): { readonly path: string | null; readonly sha256: string; readonly brought: Brought } | null {
  if (mediaSha256 === undefined) return null;
  const library = new MediaLibrary(libraryFolder(paths, settings));
  const media = library.list().find(({ entry }) => entry.sha256 === mediaSha256);
  if (media === undefined) return null;
  const { manifest } = library.manifestOf(media);
  const machineFiles = manifest.recipe?.machineFiles;
  return {
    path: media.path,
    sha256: mediaSha256,
    brought: {
      ...(machineFiles === undefined ? {} : { machineFiles }),
      driverPacks: manifest.recipe?.driverPacks ?? null,
      dates: manifest.dates ?? null,
    },
  };
}

/** A media file that is at hand, proved. */
export interface MediaAtHand {
  readonly media: Media;
  readonly sha256: string;
  readonly signed: SignedMedia | null;
}

/** Machines whose names and files are looked at when an order is opened: nobody waits a minute for it. */
const mostLookedAt = 2000;

/**
 * What a batch would refuse of an order, or warn of, as far as it is known here; dates are told elsewhere (order-dates.ts).
 * @param atHand counts where the order allows it; else the media of the library that the order names
 */
export function orderFindings(
  order: WorkOrder,
  paths: Pick<StatePaths, 'library'>,
  settings: Pick<Settings, 'libraryFolder' | 'machineFiles' | 'bootLoader' | 'desk'>,
  atHand: MediaAtHand | null = null,
): OrderFinding[] {
  try {
    const usable = atHand !== null && (order.mediaSha256 ?? atHand.sha256) === atHand.sha256 ? atHand : null;
    const known = usable === null ? mediaOfOrder(order, paths, settings) : null;
    const brought: Brought | null = usable === null ? (known?.brought ?? null) : usable.signed;
    return checkOrder({
      ...{ order, settings, media: usable?.media ?? null, dates: null, given: undefined },
      mediaSha256: usable?.sha256 ?? known?.sha256 ?? null,
      driverPacks: brought?.driverPacks ?? null,
      machineFiles: chooseMachineFiles(null, brought?.machineFiles, settings.machineFiles),
      requireDrivers: settings.desk.requireDrivers,
      most: mostLookedAt,
    });
  } catch (error) {
    // A library that is damaged stops whoever wants to write the media; an order can be opened.
    if (!(error instanceof PrestageError) || error.code === 'library-damaged') return [];
    return refusalFindings(error.data);
  }
}

/** The same as sentences. */
export function orderNotices(...about: Parameters<typeof orderFindings>): string[] {
  return orderFindings(...about).map(({ message }) => message);
}
