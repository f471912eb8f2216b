import { ordered, type Abilities, type HiddenArea, type SanitiseMethod } from './methods';

/**
 * What an NVMe drive says, from the bytes of its own structures: these are fixed by the specification, while the JSON of
 * nvme-cli differs from version to version. NVMe Base Specification 2.0, figures 275 (Identify Controller) and 291 (Sanitize
 * Status).
 */

/** Bytes of an Identify Controller structure. */
const identifyBytes = 4096;

export interface NvmeController {
  readonly serial: string;
  readonly sanitize: { readonly crypto: boolean; readonly block: boolean; readonly overwrite: boolean };
  readonly canFormat: boolean;
  /** Format offers the crypto erase. */
  readonly formatCrypto: boolean;
  /**
   * A secure erase by Format takes all namespaces, not only the one that is named: by the drive (bit 1), or because nvme-cli names
   * all of them to a drive whose namespaces share one format (bit 0).
   */
  readonly formatErasesAll: boolean;
  /** The same by the drive itself (bit 1): also of namespaces that are not attached. */
  readonly formatReachesAll: boolean;
  /** Other controllers share its namespaces: one that is not attached here can be a drive of another. */
  readonly shared: boolean;
  /** Bytes in no namespace; null: not told. */
  readonly unallocated: number | null;
}

/** @returns null for anything that is not a whole Identify Controller structure */
export function parseController(bytes: Uint8Array): NvmeController | null {
  if (bytes.length !== identifyBytes) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const serial = ascii(bytes.subarray(4, 24));
  // Every controller has a version since 1.2, and none has a serial of other characters than ASCII.
  if (serial === null || view.getUint32(80, true) === 0) return null;
  const capabilities = view.getUint32(328, true);
  const format = view.getUint8(524);
  const total = size128(view, 280);
  return {
    serial,
    sanitize: {
      crypto: bit(capabilities, 0),
      block: bit(capabilities, 1),
      overwrite: bit(capabilities, 2),
    },
    canFormat: bit(view.getUint16(256, true), 1),
    formatCrypto: bit(format, 2),
    formatErasesAll: bit(format, 0) || bit(format, 1),
    formatReachesAll: bit(format, 1),
    shared: bit(view.getUint8(76), 1),
    // A total of 0 says that the drive does not report capacity at all.
    unallocated: total === null || total === 0 ? null : size128(view, 296),
  };
}

/** Namespaces of a controller: those that the computer sees, and all that exist. */
export interface Namespaces {
  readonly attached: readonly number[];
  readonly allocated: readonly number[];
}

/** Reads `nvme list-ns --output-format=json`. @returns null for another form */
export function parseNamespaces(text: string): number[] | null {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    return null;
  }
  const list: unknown = (found as { nsid_list?: unknown } | null)?.nsid_list;
  if (!Array.isArray(list)) return null;
  const numbers = list.map((one: unknown) => (one as { nsid?: unknown } | null)?.nsid);
  return numbers.every((one): one is number => Number.isInteger(one)) ? numbers : null;
}

/**
 * Which ways there are. The commands of the controller take every namespace of the drive: where the computer sees another
 * one beside this, they would erase a drive that nobody confirmed.
 */
export function nvmeAbilities(controller: NvmeController, namespaces: Namespaces | null): Abilities {
  const methods: SanitiseMethod[] = ['overwrite'];
  const onlyOne = namespaces?.allocated.length === 1;
  const alone = namespaces?.attached.length === 1 && (onlyOne || !controller.shared);
  const { crypto, block, overwrite } = controller.sanitize;
  if (alone) {
    if (block) methods.push('nvme-sanitize-block');
    if (crypto) methods.push('nvme-sanitize-crypto');
    if (overwrite) methods.push('nvme-sanitize-overwrite');
  }
  if (controller.canFormat && (onlyOne || alone || !controller.formatErasesAll)) {
    methods.push('nvme-format-user');
    if (controller.formatCrypto) methods.push('nvme-format-crypto');
  }
  return {
    methods: ordered(methods),
    obstacles: namespaces !== null && !alone ? ['other-namespaces'] : [],
    hidden: hiddenOf(controller, namespaces),
    underWay: false,
    notKnown: namespaces === null ? ['The namespaces of this drive are not known.'] : [],
  };
}

/**
 * What no namespace of this computer shows. A Format with secure erase takes every namespace of the subsystem where FNA says so, and never
 * capacity that is in none: NVMe Base Specification 2.0, figure 275, byte 524, and 5.14.
 */
function hiddenOf(
  { unallocated, formatReachesAll }: NvmeController,
  namespaces: Namespaces | null,
): HiddenArea[] {
  const areas: HiddenArea[] = [];
  const unattached = namespaces?.allocated.filter((one) => !namespaces.attached.includes(one)) ?? [];
  if (unattached.length > 0) {
    areas.push({ kind: 'nvme-unattached', bytes: null, ...(formatReachesAll ? { byFormat: true } : {}) });
  }
  if (unallocated !== null && unallocated > 0) areas.push({ kind: 'nvme-unallocated', bytes: unallocated });
  return areas;
}

/** What a drive says of the erase that it does, or did last. */
export type DriveStatus =
  | { readonly state: 'running'; /** 0 to 1; null: not told. */ readonly share: number | null }
  | { readonly state: 'done' | 'failed' | 'never' | 'not-known' };

/** Reads a Sanitize Status log page. What is not one, or says what the specification does not know, is not known. */
export function parseSanitizeLog(bytes: Uint8Array): DriveStatus {
  if (bytes.length < 32) return { state: 'not-known' };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  switch (view.getUint16(2, true) & 0b111) {
    case 0:
      return { state: 'never' };
    case 1:
    case 4:
      return { state: 'done' };
    case 2:
      return { state: 'running', share: view.getUint16(0, true) / 0x10000 };
    case 3:
      return { state: 'failed' };
    default:
      return { state: 'not-known' };
  }
}

/** Seconds that each way of Sanitize takes by the drive's own word (bytes 8 to 19; all ones: not told). */
export function parseSanitizeTimes(bytes: Uint8Array): NonNullable<Abilities['seconds']> {
  if (bytes.length < 32) return {};
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const told = [
    ['nvme-sanitize-overwrite', view.getUint32(8, true)],
    ['nvme-sanitize-block', view.getUint32(12, true)],
    ['nvme-sanitize-crypto', view.getUint32(16, true)],
  ] as const;
  return Object.fromEntries(told.filter(([, seconds]) => seconds !== 0xffff_ffff && seconds > 0));
}

/** Index of the LBA format in use, from an Identify Namespace structure (byte 26, FLBAS); null for another form. */
export function parseFormatIndex(bytes: Uint8Array): number | null {
  if (bytes.length !== identifyBytes) return null;
  const flbas = bytes[26] ?? 0;
  return (flbas & 0b1111) | ((flbas & 0b110_0000) >> 1);
}

const bit = (value: number, index: number): boolean => ((value >>> index) & 1) === 1;

/** A 128-bit little-endian count of bytes; null where it is larger than can be counted. */
function size128(view: DataView, offset: number): number | null {
  const high = view.getBigUint64(offset + 8, true);
  const low = view.getBigUint64(offset, true);
  return high === 0n && low <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(low) : null;
}

function ascii(bytes: Uint8Array): string | null {
  if (bytes.some((byte) => byte < 0x20 || byte > 0x7e)) return null;
  return String.fromCharCode(...bytes).trim();
}
