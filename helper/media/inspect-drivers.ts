import { PrestageError } from '../../core/base/errors';
import { sanitizeForDisplay } from '../../core/base/display';
import {
  driversFolder,
  driverTableName,
  largestDriverTable,
  readDriverTable,
  type MediaDrivers,
} from '../../core/drivers/driver-table';
import type { ImageSource } from './image-source';
import { readFile } from './inspect-boot';

/** Most folders that are told. */
const mostFolders = 1000;

/** Gathers what lies below `\Drivers` from the list of an image's names, whatever their case. */
export class DriverNames {
  readonly #folders = new Map<string, string>();
  #table: string | null = null;

  /** @param path as the image has it, `/` between names; hostile */
  push(path: string): void {
    const [, top = '', name, below] = path.split('/', 4);
    if (name === undefined || `/${top.toUpperCase()}` !== driversFolder.toUpperCase()) return;
    const key = name.toLowerCase();
    if (below !== undefined) {
      if (this.#folders.size < mostFolders && !this.#folders.has(key)) this.#folders.set(key, name);
    } else if (key === driverTableName) this.#table = path;
  }

  /** Reads the table. @returns null when there are no packs @throws PrestageError media-…, tool-missing, cancelled */
  async finish(source: ImageSource, signal?: AbortSignal): Promise<MediaDrivers | null> {
    const folders = [...this.#folders.values()].map((name) => sanitizeForDisplay(name, 255)).sort();
    if (this.#table === null) return folders.length === 0 ? null : { folders, table: null, problem: null };
    const limit = { outputLimit: largestDriverTable };
    const bytes = await readFile(source, this.#table, limit, signal).catch((error: unknown) => {
      // What is too large, or a folder of that name, is no table; a damaged media file is found when it is applied.
      if (error instanceof PrestageError && error.code !== 'cancelled' && error.code !== 'tool-missing') {
        return null;
      }
      throw error;
    });
    if (bytes === null) return { folders, table: null, problem: 'cannot be read, or is too large' };
    return { folders, ...readDriverTable(bytes.toString('utf8')) };
  }
}
