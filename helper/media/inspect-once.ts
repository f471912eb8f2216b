import { stat } from 'node:fs/promises';
import type { Media } from '../../core/media/media';
import { inspectMedia } from './inspect-media';

/** Changes when a file is replaced or written to. */
async function markOf(files: readonly string[]): Promise<string> {
  const marks = await Promise.all(
    files.map(async (file) => {
      const details = await stat(file, { bigint: true });
      return `${details.dev}:${details.ino}:${details.size}:${details.mtimeNs}:${details.ctimeNs}`;
    }),
  );
  return marks.join(' ');
}

/**
 * Remembers the last inspection: a station inspects a media file and at once asks for a disk image of it, and reading
 * the list of 100,000 files twice costs a second.
 */
export class MediaInspector {
  #last: { readonly media: Media; readonly path: string; readonly mark: string } | null = null;

  /** As {@link inspectMedia}; answers from memory while every file of the media is what it was. */
  async inspect(path: string, imageIndex: number, signal: AbortSignal): Promise<Media> {
    const last = this.#last;
    if (last?.path === path && last.media.imageIndex === imageIndex) {
      const now = await markOf(last.media.files).catch(() => null);
      if (now === last.mark) return last.media;
    }
    const before = await markOf([path]).catch(() => null);
    const media = await inspectMedia(path, imageIndex, signal);
    const [after, mark] = await Promise.all([markOf([path]), markOf(media.files)]);
    this.#last = before === after ? { media, path, mark } : null;
    return media;
  }
}
