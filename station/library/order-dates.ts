import { sanitizeForDisplay } from '../../core/base/display';
import { dateNotices, mergeMediaDates, type MediaDates, type Shipping } from '../../core/media/media-dates';
import type { WorkOrder } from '../../core/order/order';
import { MediaLibrary } from './media-library';

/**
 * What the dates of a media file say against a work order that asks for it: told when the order is opened, so that nobody waits for
 * the first batch to learn it.
 */

type Ordered = Pick<WorkOrder, 'mediaSha256' | 'shipBy'>;

/**
 * Of the media that the order names, where the library has it; each sentence begins with its name. What the manifest says is enough
 * for a warning: the batch asks its signature again.
 * @param folder of the library
 */
export function orderDateNotices({ mediaSha256, shipBy }: Ordered, folder: string, now: Date): string[] {
  if (mediaSha256 === undefined) return [];
  try {
    const library = new MediaLibrary(folder);
    const media = library.list().find(({ entry }) => entry.sha256 === mediaSha256);
    if (media === undefined) return [];
    const { name, version, dates } = library.manifestOf(media).manifest;
    const shipping = { now, shipBy: shipBy ?? null };
    const known = mergeMediaDates([dates ?? null, media.entry.dates ?? null]);
    return namedNotices(`${name} ${version}`, known, shipping);
  } catch {
    // A library that is damaged stops whoever wants to write the media; an order can be opened.
    return [];
  }
}

/** The notices of a media file, each after its name. */
export function namedNotices(name: string, dates: MediaDates | null, shipping: Shipping): string[] {
  const shown = sanitizeForDisplay(name, 160);
  return dateNotices(dates, shipping).map((notice) => `${shown}: ${notice}`);
}
