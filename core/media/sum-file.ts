/**
 * Reads the file that says what the SHA-256 of a media file is, in the forms in which the usual tools print it: sha256sum
 * and shasum, the BSDs' sha256 and `--tag`, openssl, PowerShell's Get-FileHash (as table, list and CSV), and certutil.
 */

export type SumReading =
  /** Base name → SHA-256 in lower case; a sum without a name has the name ''. */
  | { readonly sums: ReadonlyMap<string, string>; readonly problem: null }
  /** Ends a sentence that begins with the file. */
  | { readonly sums: null; readonly problem: string };

interface Sum {
  readonly sum: string;
  /** As it was written, with its folder; null where there is none. */
  readonly path: string | null;
}

/** What a line, or some lines, were read as; null where they are of another form. */
type Read = readonly [sum: Sum | null, lines: number] | null;

const lineEnd = /\r\n|\r|\n/;
const byLength: Readonly<Record<number, string>> = { 32: 'MD5', 40: 'SHA-1', 96: 'SHA-384', 128: 'SHA-512' };
const hex = '([0-9a-fA-F]{64})';

/**
 * Reads all sums of a file.
 * @returns what is wrong when any line is of another form, or two lines give one name different sums: then nobody
 *   can say which was meant
 */
export function parseSha256Manifest(text: string): SumReading {
  // DOS ended files with Control-Z.
  const bare = text.replace(/^\uFEFF/, '').replace(/\u001a\s*$/, '');
  const objects = fileHashObjects(bare);
  if (objects !== null) return gather(objects);
  const lines = withoutSignature(bare.split(lineEnd));
  let other: string | null = null;
  const found: Sum[] = [];
  for (let at = 0; at < lines.length;) {
    const read = readAt(lines, at);
    if (read === null) {
      const line = lines[at] ?? '';
      // A list of several algorithms: of use as soon as one is SHA-256.
      const named = otherAlgorithm(line);
      // A heading alone would leave the sum below it without its algorithm.
      if (named === null || !/[0-9a-f]{32}/i.test(line)) {
        return { sums: null, problem: other ?? named ?? whatElse(line) };
      }
      other ??= named;
      at += 1;
      continue;
    }
    const [sum, taken] = read;
    if (sum !== null) found.push(sum);
    at += taken;
  }
  if (found.length === 0 && other !== null) return { sums: null, problem: other };
  return gather(found);
}

/** The signed text of a PGP clear signature, which is not verified; other lines stay as they are. */
function withoutSignature(lines: readonly string[]): readonly string[] {
  const head = lines.findIndex((line) => /^-----BEGIN PGP SIGNED MESSAGE-----\s*$/.test(line));
  if (head === -1) return lines;
  const begin = lines.findIndex((line, at) => at > head && line.trim() === '');
  const end = lines.findIndex((line, at) => at > head && /^-----BEGIN PGP SIGNATURE-----\s*$/.test(line));
  if (begin === -1 || end < begin) return lines;
  return lines.slice(begin, end).map((line) => line.replace(/^- /, ''));
}

function gather(found: readonly Sum[]): SumReading {
  const sums = new Map<string, string>();
  for (const { sum, path } of found) {
    const cut = path !== null && /(?:\.\.\.|\u2026)$/.test(path);
    if (cut && found.length > 1) {
      const problem =
        'has file names that are cut off, so that it cannot be told which sum is for which file';
      return { sums: null, problem };
    }
    const name = path === null || cut ? '' : path.replace(/^.*[/\\]/s, '');
    if ((sums.get(name) ?? sum) !== sum) {
      return { sums: null, problem: 'has two different sums for one name' };
    }
    sums.set(name, sum);
  }
  if (sums.size === 0) return { sums: null, problem: 'contains no SHA-256' };
  return { sums, problem: null };
}

/** What stands at a line, and how many lines it takes. */
function readAt(lines: readonly string[], at: number): Read {
  const line = (lines[at] ?? '').trimEnd();
  if (line.trim() === '' || /^\s*[#;]/.test(line) || /^CertUtil:/.test(line)) return [null, 1];
  if (/^\s*(?:"?Hash"?|-{4,})$/.test(line)) return [null, 1];
  return (
    hashCheckLine(line) ??
    gnuLine(line) ??
    bsdLine(line) ??
    fileHashTable(line) ??
    fileHashList(lines, at) ??
    certutil(lines, at) ??
    nameFirst(line)
  );
}

/** sha256sum(1): `HEX  NAME` or `HEX *NAME`; a backslash before it says that the name is escaped. Or the sum alone. */
function gnuLine(line: string): Read {
  const match = new RegExp(`^(\\\\)?(?:SHA-?256[:=]\\s*)?${hex}(?:[ \\t][ *]?(.+))?$`, 'i').exec(line);
  if (match === null) return null;
  const written = (match[3] ?? '').trim();
  const path = match[1] === '\\' ? unescaped(written) : written;
  return [{ sum: (match[2] ?? '').toLowerCase(), path: path === '' ? null : path }, 1];
}

/** HashCheck: `HEX ?SHA256*NAME`. */
function hashCheckLine(line: string): Read {
  const match = new RegExp(`^${hex}[ \\t]\\?SHA-?256\\*(.+)$`, 'i').exec(line);
  return match === null ? null : [{ sum: (match[1] ?? '').toLowerCase(), path: match[2] ?? null }, 1];
}

/** `NAME: HEX` or `NAME HEX`: a name with an extension, and not that of an algorithm. */
function nameFirst(line: string): Read {
  if (/^(?:SHA|MD|BLAKE|CRC|Algorithm|Hash)[\w-]*[\s:(]/i.test(line)) return null;
  const match = new RegExp(`^(\\S.*\\.[a-z0-9]{1,5})(?::[ \\t]*|[ \\t]+)${hex}$`, 'i').exec(line);
  return match === null ? null : [{ sum: (match[2] ?? '').toLowerCase(), path: match[1] ?? null }, 1];
}

/** sha256(1) of the BSDs, `sha256sum --tag`, and `openssl dgst`: `SHA256 (NAME) = HEX`, `SHA2-256(NAME)= HEX`. */
function bsdLine(line: string): Read {
  const match = new RegExp(`^(\\\\)?SHA(?:2-|-)?256 ?\\((.+)\\) ?= ?${hex}$`, 'i').exec(line);
  if (match === null) return null;
  const written = match[2] ?? '';
  const path = match[1] === '\\' ? unescaped(written) : written;
  return [{ sum: (match[3] ?? '').toLowerCase(), path }, 1];
}

function unescaped(name: string): string {
  return name.replace(/\\([\\nr])/g, (_, c) => (c === 'n' ? '\n' : c === 'r' ? '\r' : '\\'));
}

/** Get-FileHash as a table or as CSV: algorithm, hash, path. The path can be cut off (`...`), or left out. */
function fileHashTable(line: string): Read {
  const bare = line.trim();
  if (/^(?:"?Algorithm"?[\s,;]+)?"?Hash"?[\s,;]+"?Path"?$/.test(bare) || /^-+\s+-+(?:\s+-+)?$/.test(bare)) {
    return [null, 1];
  }
  const row = new RegExp(`^SHA256\\s+${hex}(?:\\s+(.+))?$`, 'i').exec(bare);
  const cells =
    row ??
    new RegExp(`^"?SHA256"?[,;\\t]"?${hex}"?[,;\\t]"?(.*?)"?$`, 'i').exec(bare) ??
    // Only two of the columns.
    new RegExp(`^"?${hex}"?[,;\\t]"?([^",;\\t]+)"?$`, 'i').exec(bare);
  if (cells === null) return null;
  return [{ sum: (cells[1] ?? '').toLowerCase(), path: cells[2] ?? null }, 1];
}

/**
 * Get-FileHash as a list: `Algorithm : SHA256`, `Hash : HEX`, `Path : PATH`. A path that is longer than the window goes
 * on in the next line, indented; where a blank was lost there nobody can say, so it counts as no name.
 */
function fileHashList(lines: readonly string[], at: number): Read {
  // Without the algorithm, when only the others were selected.
  const first = /^Algorithm\s*:\s*SHA256\s*$/i.test(lines[at] ?? '') ? 1 : 0;
  const sum = new RegExp(`^Hash\\s*:\\s*${hex}\\s*$`, 'i').exec(lines[at + first] ?? '')?.[1]?.toLowerCase();
  if (sum === undefined) return null;
  const path = /^Path\s*:\s*(.*?)\s*$/i.exec(lines[at + first + 1] ?? '')?.[1];
  if (path === undefined) return [{ sum, path: null }, first + 1];
  let taken = first + 2;
  while (/^\s{6,}\S/.test(lines[at + taken] ?? '')) taken += 1;
  return [{ sum, path: path === '' || taken > first + 2 ? null : path }, taken];
}

/** Get-FileHash behind ConvertTo-Json: one object, or several; null where the text is something else. */
function fileHashObjects(text: string): Sum[] | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return null;
  }
  const objects: readonly unknown[] = Array.isArray(parsed) ? parsed : [parsed];
  const sums = objects.map((one): Sum | null => {
    if (typeof one !== 'object' || one === null) return null;
    const { Algorithm: algorithm, Hash: hash, Path: path } = one as Readonly<Record<string, unknown>>;
    const known = typeof algorithm === 'string' && algorithm.toUpperCase() === 'SHA256';
    if (!known || typeof hash !== 'string' || !new RegExp(`^${hex}$`).test(hash)) return null;
    return { sum: hash.toLowerCase(), path: typeof path === 'string' && path !== '' ? path : null };
  });
  return sums.length > 0 && sums.every((one) => one !== null) ? sums : null;
}

/** certutil -hashfile: `SHA256 hash of NAME:` in Windows' language, then the sum, before Windows 10 in pairs. */
function certutil(lines: readonly string[], at: number): Read {
  const head = /^SHA256\b(.+):\s*$/i.exec(lines[at] ?? '')?.[1];
  const sum = (lines[at + 1] ?? '').replace(/\s/g, '').toLowerCase();
  if (head === undefined || !/^[0-9a-f]{64}$/.test(sum)) return null;
  return [{ sum, path: /^ hash of (?:file )?(.+)$/i.exec(head)?.[1] ?? null }, 2];
}

/** A sum of another algorithm; null where the line is something else. */
function otherAlgorithm(line: string): string | null {
  const named = /^[\\"]?(MD5|SHA-?1|SHA-?384|SHA-?512|CRC32|BLAKE2\w*)\b/i.exec(line.trim())?.[1];
  const listed = /^Algorithm\s*:\s*(\S+)/i.exec(line.trim())?.[1];
  const algorithm = (listed ?? named)?.toUpperCase();
  if (algorithm !== undefined && algorithm !== 'SHA256') return `has an ${algorithm} sum, not a SHA-256`;
  const guessed = byLength[digitsOf(line) ?? 0];
  return guessed === undefined ? null : `has an ${guessed} sum, not a SHA-256`;
}

function digitsOf(line: string): number | undefined {
  return /^\\?([0-9a-f]{32,128})(?:\s|$)/i.exec(line.trim())?.[1]?.length;
}

/** Why a line is not read. */
function whatElse(line: string): string {
  const digits = digitsOf(line);
  if (digits !== undefined) return `has a sum of ${digits} digits, but a SHA-256 has 64`;
  return 'is in a form that Prestage does not know';
}
