/**
 * What becomes of a reparse point when it is applied. wimlib writes all of them as they are (wimapply(1)): of a link that is everything, of a placeholder it is a file that reads as nothing.
 *
 * Tags and whose they are: [MS-FSCC] 2.1.2.1, https://learn.microsoft.com/openspecs/windows_protocols/ms-fscc/c8e77b37-3909-4fe6-a4ea-2b9d423b1ee4
 * Their kinds: DISM and wimlib on Windows store deduplicated, WIM-backed and system-compressed files as ordinary
 * ones; wimlib on other systems stores the reparse point (wimcapture(1), "REPARSE POINTS AND SYMLINKS").
 */

/** What a file says of itself that decides where its content is. */
export interface ReparsePoint {
  /** 32 bits, as stored. */
  readonly tag: number;
  readonly directory: boolean;
  /** It has an attribute that says that its content must be fetched first. */
  readonly mustBeFetched: boolean;
  /** Bytes of its stream `WofCompressedData`. */
  readonly compressed: number;
}

/** Attributes of a placeholder: offline, recall on open, recall on data access. Source: [MS-FSCC] 2.6. */
export const fetchAttributes = 0x1000 | 0x4_0000 | 0x40_0000;

type TagKind =
  /** The reparse data is all there is: a link, a socket, a mark that a file is gone. */
  | 'whole'
  /** Once it was fetched, the content is in the stream without a name, which wimlib does not list beside the reparse data. */
  | 'fetched'
  /** The content is always elsewhere: the stream without a name reads as zeros. */
  | 'elsewhere'
  /** Compressed in a stream of its own, or a pointer into another WIM. */
  | 'overlay'
  /** As elsewhere, and a folder shows together with what lies in a layer below it. */
  | 'layer';

const [cloud, dedup, otherStore, container, otherWim, otherProgram] = [
  'in OneDrive or another cloud',
  'in the chunk store of Data Deduplication',
  'in a storage system of the computer it was captured on',
  'in another layer of a container',
  'in another WIM',
  'in the store of another program',
];

/** Tags without {@link nameSurrogate}, which are links all. `where`: the content is, as words after "is". */
const tags: ReadonlyMap<number, readonly [kind: TagKind, where: string]> = new Map([
  [0x8000_0005, ['elsewhere', otherStore]], // DRIVE_EXTENDER
  [0xc000_0004, ['elsewhere', otherStore]], // HSM
  [0x8000_0006, ['elsewhere', otherStore]], // HSM2
  [0x8000_0007, ['elsewhere', 'in the common store of Single Instance Storage']], // SIS
  [0x8000_0008, ['elsewhere', otherWim]], // WIM, of a mounted image
  [0x8000_000a, ['whole', '']], // DFS: a link of a namespace
  [0x8000_0012, ['whole', '']], // DFSR
  [0x8000_0013, ['elsewhere', dedup]], // DEDUP
  [0x8000_0014, ['whole', '']], // NFS: a link, a socket or a device
  [0x8000_0015, ['fetched', cloud]], // FILE_PLACEHOLDER: OneDrive of Windows 8.1
  [0x8000_0017, ['overlay', otherWim]], // WOF
  [0x8000_0018, ['layer', container]], // WCI
  [0x9000_1018, ['layer', container]], // WCI_1
  [0x9000_001a, ['fetched', cloud]], // CLOUD; CLOUD_1 to CLOUD_F in bits 12 to 15
  [0x8000_001b, ['whole', '']], // APPEXECLINK
  [0x9000_001c, ['fetched', 'in the source of a projected folder']], // PROJFS
  [0x8000_001e, ['fetched', 'in Azure File Sync']], // STORAGE_SYNC
  [0x9000_0027, ['whole', '']], // STORAGE_SYNC_FOLDER
  [0x8000_0023, ['whole', '']], // AF_UNIX
  [0x8000_0024, ['whole', '']], // LX_FIFO
  [0x8000_0025, ['whole', '']], // LX_CHR
  [0x8000_0026, ['whole', '']], // LX_BLK
]);

/** Bit N of [MS-FSCC] 2.1.2.1: it stands for another file or folder. */
const nameSurrogate = 0x2000_0000;
const cloudNumber = 0xf000;
const cloudTag = 0x9000_001a;

export type ReparseContent =
  | { readonly state: 'whole' }
  | { readonly state: 'elsewhere'; readonly where: string }
  /** Fetched before, or of a program that is not known: whether the media has the content is in no listing. */
  | { readonly state: 'unknown' };

/** Where the content of a reparse point is. A folder's is what is in it, unless that must be fetched. */
export function reparseContent(point: ReparsePoint): ReparseContent {
  const { tag } = point;
  if ((tag & nameSurrogate) !== 0) return { state: 'whole' };
  const family = (tag & ~cloudNumber) >>> 0 === cloudTag ? cloudTag : tag;
  const known = tags.get(family);
  if (known === undefined) {
    if (point.mustBeFetched) return { state: 'elsewhere', where: otherProgram };
    return { state: point.directory ? 'whole' : 'unknown' };
  }
  const [kind, where] = known;
  const state = stateOf(kind, point);
  return state === 'elsewhere' ? { state, where } : { state };
}

function stateOf(
  kind: TagKind,
  { directory, mustBeFetched, compressed }: ReparsePoint,
): ReparseContent['state'] {
  switch (kind) {
    case 'whole':
      return 'whole';
    case 'fetched':
      return mustBeFetched ? 'elsewhere' : directory ? 'whole' : 'unknown';
    case 'elsewhere':
      return directory ? 'whole' : 'elsewhere';
    case 'layer':
      return 'elsewhere';
    case 'overlay':
      return directory || compressed > 0 ? 'whole' : 'elsewhere';
  }
}
