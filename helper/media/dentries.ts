import { timeouts } from '../../core/base/timeouts';
import { runTool } from '../tools/runner';
import { anyCase, wimlibFailure, wimlibStatus } from '../tools/wimlib';
import { listingMemory, type ImageSource } from './image-source';

/** One name in an image, with the file or folder that it stands for. */
export interface Dentry {
  /** `/` between names. Hostile. */
  readonly path: string;
  readonly attributes: {
    readonly directory: boolean;
    readonly encrypted: boolean;
  };
  /** Names with the same group are one file; null where it has one name only. */
  readonly linkGroup: string | null;
  /** Bytes of its content: of the stream without a name. */
  readonly content: number;
  /** Bytes of all of its streams. */
  readonly bytes: number;
}

/** Bits of an NTFS file's attributes. Source: [MS-FSCC] 2.6. */
const attribute = { directory: 0x10, encrypted: 0x4000 } as const;

/**
 * Reads what an image says of a path and all below it, as it comes (`wimlib-imagex dir --detailed`).
 * The names must have been judged before: none has a quotation mark or a line end in it.
 * @returns false when the path is not in the image
 * @throws PrestageError media-…, tool-missing, cancelled
 */
export async function readDentries(
  { wim, refs, imageIndex }: ImageSource,
  signal: AbortSignal | undefined,
  onDentry: (dentry: Dentry) => void,
  path = '/',
): Promise<boolean> {
  let rest = Buffer.alloc(0);
  const take = (text: string): void => {
    for (const block of text.split(separator)) {
      const dentry = parseDentry(block);
      if (dentry !== null) onDentry(dentry);
    }
  };
  const { status, stderr } = await runTool(
    'wimlib-imagex',
    ['dir', wim, String(imageIndex), '--detailed', `--path=${path}`, ...refs],
    {
      signal,
      timeout: timeouts.mediaListing,
      memoryLimit: listingMemory,
      environment: anyCase,
      stream: (piece) => {
        const bytes = Buffer.concat([rest, piece]);
        const end = bytes.lastIndexOf(separator);
        if (end > 0) take(bytes.toString('utf8', 0, end));
        rest = end > 0 ? bytes.subarray(end) : bytes;
      },
    },
  );
  if (status === wimlibStatus.pathNotFound) return false;
  if (status !== 0) throw wimlibFailure(status, stderr, wim);
  take(rest.toString('utf8'));
  return true;
}

/** Stands before each entry. Source: wimlib, programs/imagex.c, print_dentry_detailed. */
const separator = `${'-'.repeat(76)}\nFull Path`;

/** Reads one entry of `wimlib-imagex dir --detailed`, without the words "Full Path". */
function parseDentry(block: string): Dentry | null {
  const path = /^\s*= "(.*)"$/m.exec(block)?.[1];
  if (path === undefined) return null;
  const bits = parseInt(/^Attributes\s+= 0x([0-9a-f]+)$/m.exec(block)?.[1] ?? '0', 16);
  const links = Number(/^Link Count\s+= (\d+)$/m.exec(block)?.[1] ?? 1);
  const group = /^Link Group ID\s+= 0x([0-9a-f]+)$/m.exec(block)?.[1] ?? null;
  // The stream without a name comes first, also when it is empty.
  const sizes = [...block.matchAll(/^Uncompressed size\s+= (\d+) bytes/gm)].map(([, size]) => Number(size));
  return {
    path,
    attributes: {
      directory: (bits & attribute.directory) !== 0,
      encrypted: (bits & attribute.encrypted) !== 0,
    },
    linkGroup: links > 1 ? group : null,
    content: sizes[0] ?? 0,
    bytes: sizes.reduce((sum, size) => sum + size, 0),
  };
}

/** Bytes of an image's content: of each file once, however many names it has. */
export class ImageSize {
  readonly #counted = new Set<string>();
  #bytes = 0;

  push({ linkGroup, bytes }: Dentry): void {
    if (linkGroup !== null) {
      if (this.#counted.has(linkGroup)) return;
      this.#counted.add(linkGroup);
    }
    this.#bytes += bytes;
  }

  get bytes(): number {
    return this.#bytes;
  }
}
