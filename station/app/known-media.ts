import { existsSync, readFileSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { errorCodeOf } from '../../core/base/system-error';
import { sha256Schema } from '../../core/media/chunk-map';
import type { MediaState } from '../../core/media/media-state';
import { logError } from '../state/log-file';
import { writeFileAtomically } from '../state/state-paths';

/** More than a station has at hand. */
const mostKnown = 20;

const knownMediaSchema = z.strictObject({
  version: z.literal(1),
  /** The one that was proved last comes first. */
  media: z.array(z.strictObject({ sha256: sha256Schema, path: z.string().refine(isAbsolute) })),
});
type Known = z.infer<typeof knownMediaSchema>['media'];

/**
 * Where media lie that were proved here, or received into the library: a scan of their SHA-256 or of a job ticket chooses them. Only a convenience, which says
 * nothing of what a file holds now: what is chosen is hashed again. What goes wrong with the file is logged and stops nothing.
 */
export class KnownMedia {
  readonly #file: string;
  readonly #received: (sha256: string) => string | null;
  #known: Known | null = null;

  /** @param received path of a media file of this SHA-256 in the station's library, which was never chosen here; null: none */
  constructor(file: string, received: (sha256: string) => string | null = () => null) {
    this.#file = file;
    this.#received = received;
  }

  /** Path of a media file that is still there, in the library where it has it: there a manifest proves it. Null when none is known. */
  find(sha256: string): string | null {
    const received = this.#received(sha256);
    if (received !== null) return received;
    return this.#read().find((one) => one.sha256 === sha256 && existsSync(one.path))?.path ?? null;
  }

  /** Keeps where a media file is, once it is proved. */
  remember(state: MediaState): void {
    if (state.status !== 'proved') return;
    const { sha256 } = state;
    const { path } = state.media;
    const known = this.#read();
    const [last] = known;
    if (last?.sha256 === sha256 && last.path === path) return;
    // Another file may lie at the path by now, and the same one at several.
    const others = known.filter((one) => one.path !== path);
    this.#known = [{ sha256, path }, ...others].slice(0, mostKnown);
    try {
      writeFileAtomically(this.#file, JSON.stringify({ version: 1, media: this.#known }), 0o600);
    } catch (error) {
      logError('known-media-not-kept', error);
    }
  }

  #read(): Known {
    if (this.#known !== null) return this.#known;
    this.#known = [];
    try {
      this.#known = knownMediaSchema.parse(JSON.parse(readFileSync(this.#file, 'utf8'))).media;
    } catch (error) {
      if (errorCodeOf(error) !== 'ENOENT') logError('known-media-lost', error);
    }
    return this.#known;
  }
}
