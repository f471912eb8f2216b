import { timeouts } from '../../core/base/timeouts';
import { runTool } from '../tools/runner';
import { fetchAttributes, type ReparsePoint } from '../../core/media/reparse-points';
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
  /** Null for what is no reparse point. */
  readonly reparsePoint: ReparsePoint | null;
  /** Names with the same group are one file; null where it has one name only. */
  readonly linkGroup: string | null;
  /** Bytes of its content: of the stream without a name; 0 for a reparse point. */
  readonly content: number;
  /** Bytes of all of its streams. */
  readonly bytes: number;
  readonly streams: readonly DentryStream[];
}

/** Content of a file: a folder has one too, without a name and empty. */
export interface DentryStream {
  readonly kind: 'Unnamed data' | 'Named data' | 'Reparse point' | 'Raw encrypted data';
  /** Of a named stream. Hostile. */
  readonly name: string;
  readonly bytes: number;
  /** As the media has it: 40 zeros where there is no content. */
  readonly sha1: string;
}

/** Bits of an NTFS file's attributes. Source: [MS-FSCC] 2.6. */
const attribute = { directory: 0x10, reparsePoint: 0x400, encrypted: 0x4000 } as const;

/**
 * Reads what an image says of a path and all below it, as it comes (`wimlib-imagex dir --detailed`).
 * The names must have been judged before: none has a quotation mark or a line end in it.
 * @param only `reparse-points`: others may be left out, which is faster
 * @returns false when the path is not in the image
 * @throws PrestageError media-…, tool-missing, cancelled
 */
export async function readDentries(
  { wim, refs, imageIndex, listed }: ImageSource,
  signal: AbortSignal | undefined,
  onDentry: (dentry: Dentry) => void,
  { path = '/', only = 'all' }: { readonly path?: string; readonly only?: 'all' | 'reparse-points' } = {},
): Promise<boolean> {
  if (listed?.mayHave(path) === false) return false;
  let rest = Buffer.alloc(0);
  const take = (bytes: Buffer): void => {
    if (only === 'reparse-points' && !bytes.includes(tagLabel)) return;
    for (const block of bytes.toString('utf8').split(separator)) {
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
        if (end > 0) take(bytes.subarray(0, end));
        rest = end > 0 ? bytes.subarray(end) : bytes;
      },
    },
  );
  if (status === wimlibStatus.pathNotFound) return false;
  if (status !== 0) throw wimlibFailure(status, stderr, wim);
  take(rest);
  return true;
}

/** Stands before each entry. Source: wimlib, programs/imagex.c, print_dentry_detailed. */
const separator = `${'-'.repeat(76)}\nFull Path`;

/** Stands before the tag of a reparse point, and nowhere else but perhaps in a name. */
const tagLabel = 'Reparse Tag ';

/** Reads one entry of `wimlib-imagex dir --detailed`, without the words "Full Path". */
function parseDentry(block: string): Dentry | null {
  const path = /^\s*= "(.*)"$/m.exec(block)?.[1];
  if (path === undefined) return null;
  const bits = parseInt(/^Attributes\s+= 0x([0-9a-f]+)$/m.exec(block)?.[1] ?? '0', 16);
  const links = Number(/^Link Count\s+= (\d+)$/m.exec(block)?.[1] ?? 1);
  const group = /^Link Group ID\s+= 0x([0-9a-f]+)$/m.exec(block)?.[1] ?? null;
  const tag = /^Reparse Tag\s+= 0x([0-9a-f]+)$/m.exec(block)?.[1];
  const streams = [...block.matchAll(streamForm)].map(
    ([, kind, name = '', sha1 = noSha1, size]): DentryStream => ({
      kind: kind as DentryStream['kind'],
      name,
      bytes: Number(size),
      sha1,
    }),
  );
  const content = bytesOf(streams, ({ kind }) => kind === 'Unnamed data');
  const directory = (bits & attribute.directory) !== 0;
  return {
    path,
    attributes: { directory, encrypted: (bits & attribute.encrypted) !== 0 },
    reparsePoint:
      tag === undefined || (bits & attribute.reparsePoint) === 0
        ? null
        : {
            tag: parseInt(tag, 16),
            directory,
            mustBeFetched: (bits & fetchAttributes) !== 0,
            compressed: bytesOf(streams, ({ name }) => name === 'WofCompressedData'),
          },
    linkGroup: links > 1 ? group : null,
    content,
    bytes: bytesOf(streams, () => true),
    streams,
  };
}

/** What stands for the SHA-1 of nothing. */
const noSha1 = '0'.repeat(40);

/** A stream's heading, then its hash and its size. Source: wimlib, programs/imagex.c, print_dentry_detailed. */
const streamForm =
  /^\t(Unnamed data|Named data|Reparse point|Raw encrypted data) stream(?: "(.*)")?:\n(?:Hash\s+= 0x([0-9a-f]{40})\n)?Uncompressed size\s+= (\d+) bytes/gm;

function bytesOf(streams: readonly DentryStream[], wanted: (stream: DentryStream) => boolean): number {
  return streams.filter(wanted).reduce((sum, { bytes }) => sum + bytes, 0);
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
