import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { errorCodeOf } from '../../core/base/system-error';
import type { RackChoices } from '../../core/rack/rack-choices';
import type { MachineFile } from '../../core/machine-files/machine-file';
import type { DriverTable } from '../../core/drivers/driver-table';
import type { MediaHash } from '../../core/media/media';
import type { MediaDates } from '../../core/media/media-dates';
import { parseSha256Manifest } from '../../core/media/sum-file';
import type { HashSource } from '../../core/media/media-state';
import { MiB } from '../../core/base/units';
import { foldedName } from '../../core/delivery/file-names';
import type { SignedManifestName } from '../../core/delivery/library';
import { decodeSumFile } from './decode-sum-file';

/** What the enterprise says that the media's SHA-256 is. */
export interface ExpectedHash {
  /** In lower case; null when nobody said. */
  readonly sha256: string | null;
  readonly source: HashSource;
  /** Path of the manifest beside the media, when there is one. */
  readonly manifest: string | null;
  /** What that manifest says: base name → SHA-256. A hash without a name has the name ''. */
  readonly sums: ReadonlyMap<string, string>;
  /** The signed manifest of a media file of the library; null when the media lies elsewhere. */
  readonly signed: SignedManifestName | null;
}

export interface ExpectationRequest {
  /** The media file; of a split set its first part. */
  readonly path: string;
  /** SHA-256 that the operator gave. */
  readonly expectSha256?: string | null | undefined;
  /** SHA-256 that the open order names; counts where the operator gave none. */
  readonly orderedSha256?: string | null | undefined;
  /** What the signed manifest says, where the media is in the library (station/library). */
  readonly signed?: SignedMedia | null | undefined;
}

/** A media file that was received with a signed manifest. */
export interface SignedMedia extends SignedManifestName {
  /** Of the media. */
  readonly sha256: string;
  /** How long it is of use; null: the manifest does not say. */
  readonly dates: MediaDates | null;
  /** Files that each machine gets of its own; missing: it brings none. */
  readonly machineFiles?: readonly MachineFile[] | undefined;
  /** What it says of machines of a rack; missing: nothing. */
  readonly rack?: RackChoices | undefined;
  /** Which driver pack is for which machines; null: the manifest does not say. */
  readonly driverPacks: DriverTable | null;
}

const largestManifest = MiB;
/** What people do when a sum is missing, and what it would be worth. */
const nothingFromTheCopy = 'Do not compute it from your copy: that would only compare the copy with itself.';

/**
 * Finds what the media's SHA-256 should be: what the operator gave, what the open order names, or the manifest
 * `FILE.sha256` beside it. The manifest is read in all cases: two statements that contradict each other are worth stopping for.
 * @throws PrestageError usage, media-manifest-invalid, media-hash-mismatch
 */
export function expectedHash({
  path,
  expectSha256,
  orderedSha256,
  signed,
}: ExpectationRequest): ExpectedHash {
  if (signed !== undefined && signed !== null) return expectedOfSigned(path, signed, expectSha256 ?? null);
  const said = expectSha256 ?? orderedSha256 ?? null;
  const given = said === null ? null : checkGiven(said);
  const source = (expectSha256 ?? null) === null ? 'order' : 'given';
  const manifest = `${path}.sha256`;
  const sums = readManifest(manifest);
  if (sums === null) {
    return {
      sha256: given,
      source: given === null ? 'none' : source,
      manifest: null,
      sums: new Map(),
      signed: null,
    };
  }
  const own = ownSum(sums, basename(path), manifest);
  // Of a split set the manifest holds the parts' sums and the operator gives the set's: compared later.
  const conflict = given !== null && given !== own && sums.size === 1;
  if (conflict) {
    throw mismatch(
      `The SHA-256 given for ${shown(basename(path))} does not match the one in ${shown(basename(manifest))}.`,
      `given    ${given}\nmanifest ${own}`,
    );
  }
  return given === null
    ? { sha256: own, source: 'manifest', manifest, sums, signed: null }
    : { sha256: given, source, manifest, sums, signed: null };
}

/** A media file of the library: its signed manifest says more than what somebody types, and they must agree. */
function expectedOfSigned(
  path: string,
  { sha256, dates: _dates, machineFiles: _files, driverPacks: _packs, rack: _rack, ...signed }: SignedMedia,
  said: string | null,
): ExpectedHash {
  if (said !== null && checkGiven(said) !== sha256) {
    throw mismatch(
      `The SHA-256 given for ${shown(basename(path))} does not match its signed manifest.`,
      `given    ${checkGiven(said)}\nmanifest ${sha256}`,
    );
  }
  return { sha256, source: 'signed-manifest', manifest: null, sums: new Map(), signed };
}

/**
 * Compares a media file's SHA-256 with what it should be. Of a split set every part must be named in the
 * manifest, or the given SHA-256 must be that of the set (of the text that `sha256sum` prints for its parts).
 * @throws PrestageError media-hash-mismatch, media-manifest-invalid
 */
export function assertExpected(expected: ExpectedHash, hash: MediaHash): void {
  const [first, ...others] = hash.files;
  if (first === undefined || expected.source === 'none') return;
  if (expected.source !== 'manifest' && expected.sha256 !== hash.sha256) {
    const where = expected.source === 'signed-manifest' ? 'in its signed manifest' : 'given';
    throw notExpected(first.path, expected.sha256, hash.sha256, where);
  }
  if (expected.manifest === null) return;
  const split = others.length > 0;
  for (const file of hash.files) {
    const name = basename(file.path);
    // A hash without a name speaks for one file only.
    const sum = split ? namedSum(expected.sums, name) : ownSum(expected.sums, name, expected.manifest);
    if (sum === null) {
      throw manifestInvalid(
        expected.manifest,
        `does not list the part ${shown(name)}`,
        `Ask the sender for one that lists every part, made where the media was made. ${nothingFromTheCopy}`,
      );
    }
    if (sum !== file.sha256) throw notExpected(file.path, sum, file.sha256, 'in the manifest');
  }
}

function checkGiven(text: string): string {
  const hash = text.trim().toLowerCase();
  if (/^[0-9a-f]{64}$/.test(hash)) return hash;
  throw new PrestageError({
    code: 'usage',
    message: `'${sanitizeForDisplay(text, 80)}' is not a SHA-256, which has 64 hexadecimal digits.`,
    remedy: 'Copy it again from the information that the enterprise sent.',
  });
}

/** @returns base name → SHA-256, or null when there is no manifest */
function readManifest(manifest: string): ReadonlyMap<string, string> | null {
  let text: string;
  try {
    if (statSync(manifest).size > largestManifest) throw new Error('larger than 1 MiB');
    text = decodeSumFile(readFileSync(manifest));
  } catch (error) {
    if (errorCodeOf(error) === 'ENOENT') return null;
    const cause = error instanceof Error ? error.message : String(error);
    throw manifestInvalid(manifest, 'cannot be read', 'Copy it again from the source.', cause);
  }
  const { sums, problem } = parseSha256Manifest(text);
  if (problem !== null) throw manifestInvalid(manifest, problem);
  return sums;
}

/** The sum for the media file itself, where a sum without a name also counts. */
function ownSum(sums: ReadonlyMap<string, string>, name: string, manifest: string): string {
  const sum = namedSum(sums, name) ?? (sums.size === 1 ? sums.get('') : undefined);
  if (sum !== undefined) return sum;
  const [only] = sums.keys();
  if (sums.size === 1 && only !== undefined) {
    throw mismatch(
      `The manifest ${shown(basename(manifest))} is for ${shown(only)}, not for ${shown(name)}.`,
      null,
    );
  }
  throw manifestInvalid(manifest, `does not list ${shown(name)}`);
}

/** The sum for a name: the exact one, else the one that differs in upper and lower case only. */
function namedSum(sums: ReadonlyMap<string, string>, name: string): string | null {
  const exact = sums.get(name);
  if (exact !== undefined) return exact;
  const similar = [...sums].filter(([other]) => foldedName(other) === foldedName(name));
  return similar.length === 1 ? (similar[0]?.[1] ?? null) : null;
}

function notExpected(path: string, expected: string | null, found: string, where: string): PrestageError {
  return mismatch(
    `The file ${shown(basename(path))} is not the file that was sent: its SHA-256 does not match the one ${where}.`,
    `expected ${expected ?? ''}\nfound    ${found}`,
  );
}

function mismatch(message: string, cause: string | null): PrestageError {
  return new PrestageError({
    code: 'media-hash-mismatch',
    message,
    cause,
  });
}

function manifestInvalid(
  manifest: string,
  what: string,
  remedy = `Ask the sender for the SHA-256 of the file that was sent: as a .sha256 file, or to give with --expect-sha256. ${nothingFromTheCopy}`,
  cause: string | null = null,
): PrestageError {
  return new PrestageError({
    code: 'media-manifest-invalid',
    message: `The manifest ${shown(basename(manifest))} ${what}.`,
    cause,
    remedy: `Nothing was touched. ${remedy}`,
  });
}

function shown(text: string): string {
  return text === '' ? 'no name' : sanitizeForDisplay(text, 200);
}
