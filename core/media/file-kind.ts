/**
 * What a file is that is no WIM, by its first bytes: a refusal that names it tells a technician what to ask for. Each
 * sign is that of the format's own specification.
 */
export interface ForeignKind {
  /** Follows "is", without a full stop. */
  readonly what: string;
  /** What to do now. Whole sentences. */
  readonly remedy: string;
}

/** Bytes from the start of a file that the signs need: an ISO image names itself in its 17th sector (ECMA-119, 6.2.1). */
export const kindBytes = 32_768 + 8;

const latin = (bytes: Uint8Array, at: number, length: number): string =>
  String.fromCharCode(...bytes.subarray(at, at + length));

const begins =
  (sign: string, at = 0) =>
  (bytes: Uint8Array): boolean =>
    latin(bytes, at, sign.length) === sign;

const unpack = (what: string): ForeignKind => ({
  what,
  remedy: 'Unpack it, then choose the .wim, .esd or .swm file in it.',
});
const askForWim = (what: string): ForeignKind => ({
  what,
  remedy: 'Prestage writes WIM files only. Ask the enterprise for the media as a .wim file.',
});
const download = (what: string): ForeignKind => ({
  what,
  remedy: 'The media itself was not downloaded. Copy or download the media file again from its source.',
});

/** In the order in which they are tried. */
const kinds: readonly (readonly [(bytes: Uint8Array) => boolean, ForeignKind])[] = [
  [
    begins('version https://git-lfs'),
    {
      what: 'a Git LFS pointer, a few lines that stand for the real file',
      remedy: "Fetch the real file with 'git lfs pull', or ask the sender for it.",
    },
  ],
  [begins('PK\x03\x04'), unpack('a ZIP archive')],
  [begins('PK\x05\x06'), unpack('an empty ZIP archive')],
  [begins('\x1f\x8b'), unpack('a gzip archive')],
  [begins('BZh'), unpack('a bzip2 archive')],
  [begins('\xfd7zXZ\x00'), unpack('an xz archive')],
  [begins('\x28\xb5\x2f\xfd'), unpack('a Zstandard archive')],
  [begins('7z\xbc\xaf\x27\x1c'), unpack('a 7-Zip archive')],
  [begins('Rar!\x1a\x07'), unpack('a RAR archive')],
  [begins('ustar', 257), unpack('a tar archive')],
  [begins('MSCF'), unpack('a cabinet (.cab)')],
  [begins('CD001', 32_769), unpack('an ISO image of a disc')],
  [begins('NSR0', 32_769), unpack('a UDF image of a disc')],
  [begins('BEA01', 32_769), unpack('a UDF image of a disc')],
  [begins('SignedImage ', 4), askForWim('an FFU image, which holds a whole disk sector by sector')],
  [begins('vhdxfile'), askForWim('a virtual disk (VHDX)')],
  [begins('conectix'), askForWim('a virtual disk (VHD)')],
  [begins('KDMV'), askForWim('a virtual disk (VMDK)')],
  [begins('QFI\xfb'), askForWim('a virtual disk (QCOW2)')],
  [begins('EFI PART', 512), askForWim('an image of a whole disk')],
  [begins('EFI PART', 4096), askForWim('an image of a whole disk')],
  [begins('NTFS    ', 3), askForWim('an image of an NTFS partition')],
  [begins('MZ'), askForWim('a Windows program')],
  [begins('%PDF-'), download('a PDF document')],
  [(bytes) => /^\s*<(?:!doctype html|html|head)/i.test(text(bytes)), download('a web page')],
  [(bytes) => /^\s*<\?xml/.test(text(bytes)), download('an XML document')],
  [
    (bytes) => /^[0-9a-f]{64}\b/i.test(text(bytes)),
    { what: 'a list of SHA-256 sums', remedy: 'Choose the media file that the list is about.' },
  ],
  [
    (bytes) => bytes.length >= 512 && bytes.every((byte) => byte === 0),
    download('a file whose start is empty (zeros): its copy or download was never finished'),
  ],
];

/** The start, as text without a byte order mark; UTF-16 is read as if it were Latin. */
function text(bytes: Uint8Array): string {
  return latin(bytes, 0, 300)
    .replace(/^\u00ef\u00bb\u00bf|^\u00ff\u00fe/, '')
    .replaceAll('\0', '');
}

/**
 * What a file is that has no WIM's signature; null when nobody can say.
 * @param first up to {@link kindBytes} bytes from its start
 */
export function foreignKind(first: Uint8Array): ForeignKind | null {
  return kinds.find(([fits]) => fits(first))?.[1] ?? null;
}
