import { randomUUID } from 'node:crypto';
import { existsSync, linkSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { formatBytes, sanitizeForDisplay, shownPath } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import type { TaskProgress } from '../../core/contract/helper-api';
import type { PartFinding } from '../../core/delivery/findings';
import type { LibraryEntry, Receipt } from '../../core/delivery/library';
import { streamOf, type MediaManifest } from '../../core/delivery/manifest';
import { standingOf, type AcceptedMedia, type NewerMedia } from '../../core/delivery/standing';
import { dateNotices } from '../../core/media/media-dates';
import type { HelperClient } from '../helper-client/helper-client';
import type { StationKey } from '../ledger/keys';
import { acceptedMedia, rememberAccepted, type AcceptedPaths } from '../library/accepted-media';
import { manifestFileIn } from '../library/kept-manifest';
import type { LibraryMedia, MediaLibrary } from '../library/media-library';
import { makeReceipt } from '../library/receipt';
import { findManifest, readSignedManifest, type SignedManifest } from '../signing/signed-manifest';
import type { TrustedKeysPaths } from '../signing/trusted-keys';
import { writeFileAtomically } from '../state/state-paths';

export interface ReceiveRequest {
  /** Folder with the delivery, or its manifest. */
  readonly path: string;
  /** Other folders in which parts may lie: a second copy, or what was sent again. */
  readonly others: readonly string[];
  /** Media that a difference is from, when it is not in the library; null: from the library. */
  readonly base: string | null;
  /** Why an older media file is received; null refuses it. */
  readonly olderReason: string | null;
  /** Leaves the parts as they were sent. */
  readonly keepParts: boolean;
  readonly operator: string;
}

/** Where it is received, and with what. */
export interface Receiving {
  readonly paths: TrustedKeysPaths & AcceptedPaths;
  readonly library: MediaLibrary;
  readonly station: { readonly name: string; readonly key: StationKey };
  /** Day until which the open work order ships, `YYYY-MM-DD`; null: none is open, or it names none. */
  readonly shipBy: string | null;
  readonly client: HelperClient;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: TaskProgress) => void;
}

interface Warned {
  /** What speaks against the media's dates or its signature, though it was taken: whole sentences. */
  readonly warnings: readonly string[];
}

export type ReceiveResult =
  | ({
      readonly result: 'received';
      readonly media: LibraryMedia;
      readonly receipt: Receipt;
      /** Files that look like parts of this delivery and are not. */
      readonly foreignFiles: readonly string[];
    } & Warned)
  /** It was in the library already; nothing was done. */
  | ({ readonly result: 'here'; readonly media: LibraryMedia; readonly receipt: Receipt | null } & Warned)
  | {
      readonly result: 'incomplete';
      readonly manifest: MediaManifest;
      readonly findings: readonly PartFinding[];
      readonly foreignFiles: readonly string[];
    };

/**
 * Receives a media file: who signed it, then whether it may be taken, then every block. What is whole is kept where something is
 * missing, and the next try goes on from there.
 * @throws PrestageError delivery-…, library-…, disk-unwritable, cancelled
 */
export async function receiveMedia(request: ReceiveRequest, receiving: Receiving): Promise<ReceiveResult> {
  const { paths, library, client, signal } = receiving;
  const file = findManifest(request.path);
  const signed = await readSignedManifest(file, paths, () => Promise.resolve(client), signal);
  const { manifest } = signed;
  const older = requireNewer(signed, library, acceptedMedia(paths), request);
  if (older.here !== null) {
    const warnings = warningsOf(signed, receiving);
    return { result: 'here', media: older.here, receipt: library.receiptOf(older.here), warnings };
  }
  const base = manifest.difference === undefined ? null : findBase(manifest, library, request.base);
  if (base !== null && request.keepParts) {
    throw new PrestageError({
      code: 'usage',
      message: 'The parts of a difference cannot be kept: they are no media without the older one.',
      remedy: 'Nothing was received. Leave out --keep-parts.',
    });
  }

  const folder = library.begin(manifest.media.sha256);
  try {
    return await putTogether(folder, signed, base, request, older.older, receiving);
  } finally {
    library.end(folder);
  }
}

/** Gathers the parts in a folder, and files the media when all of it is right. */
async function putTogether(
  folder: string,
  signed: SignedManifest,
  base: ReturnType<typeof findBase>,
  request: ReceiveRequest,
  older: LibraryEntry['older'],
  receiving: Receiving,
): Promise<ReceiveResult> {
  const { library, client, signal, onProgress } = receiving;
  const { manifest, file } = signed;
  keepManifest(folder, signed);
  takeUpSame(folder, manifest, library);
  const stream = streamOf(manifest);
  const fileName = base === null ? manifest.media.fileName : `${manifest.media.fileName}.diff`;
  const gathered = await client.call(
    'gatherParts',
    {
      progressToken: randomUUID(),
      folders: [dirname(file), ...request.others, ...keptParts(manifest, library)],
      directory: folder,
      fileName,
      parts: manifest.parts,
      blockBytes: manifest.blockBytes,
      stream: { bytes: stream.bytes, sha256: stream.sha256 },
      keepParts: request.keepParts,
    },
    { signal, onTaskProgress: onProgress },
  );
  const { findings, differing, wholeMatches, foreignFiles } = gathered;
  if (findings.length > 0) return { result: 'incomplete', manifest, findings, foreignFiles };
  if (differing.length > 0 || !wholeMatches) throw contradicts(manifest, differing);
  if (base !== null) {
    const difference = join(folder, fileName);
    const { fileName: name, bytes, sha256 } = manifest.media;
    await client.call(
      'rebuildMedia',
      {
        progressToken: randomUUID(),
        base,
        difference,
        directory: folder,
        media: { fileName: name, bytes, sha256 },
      },
      { signal, onTaskProgress: onProgress },
    );
    rmSync(difference, { force: true });
  }
  return fileMedia(signed, folder, request, older, receiving, foreignFiles);
}

function fileMedia(
  signed: SignedManifest,
  folder: string,
  request: ReceiveRequest,
  older: LibraryEntry['older'],
  receiving: Receiving,
  foreignFiles: readonly string[],
): ReceiveResult {
  const { manifest, sha256, signer } = signed;
  const { library, paths, station } = receiving;
  const { name, version, revision, media } = manifest;
  const entry: LibraryEntry = {
    form: 'prestage-library-1',
    ...{ name, version, revision },
    ...{ fileName: media.fileName, sha256: media.sha256, bytes: media.bytes, guid: media.guid },
    manifestSha256: sha256,
    signer,
    held: request.keepParts ? 'parts' : 'joined',
    ...(manifest.dates === undefined ? {} : { dates: manifest.dates }),
    receivedAt: new Date().toISOString(),
    operator: request.operator,
    ...(older === undefined ? {} : { older }),
  };
  // What was here before, too: a library of an earlier version was never written down.
  rememberAccepted(paths, [...library.list().map((one) => one.entry), entry]);
  const filed = library.commit(folder, entry, makeReceipt(entry, station.name, station.key));
  const receipt = library.receiptOf(filed);
  if (receipt === null) throw new Error('the receipt that was written cannot be read');
  return {
    result: 'received',
    media: filed,
    receipt,
    foreignFiles,
    warnings: warningsOf(signed, receiving),
  };
}

function warningsOf({ manifest, warnings }: SignedManifest, { shipBy }: Pick<Receiving, 'shipBy'>): string[] {
  return [...warnings, ...dateNotices(manifest.dates ?? null, { now: new Date(), shipBy })];
}

/** @throws PrestageError delivery-older, delivery-other-media */
function requireNewer(
  { manifest, signer }: SignedManifest,
  library: MediaLibrary,
  accepted: readonly AcceptedMedia[],
  { olderReason: reason, keepParts }: Pick<ReceiveRequest, 'olderReason' | 'keepParts'>,
): { readonly here: LibraryMedia | null; readonly older: LibraryEntry['older'] } {
  const media = library.list();
  const standing = standingOf(
    manifest,
    signer,
    media.map(({ entry }) => entry),
    accepted,
  );
  if (standing.standing === 'new') return { here: null, older: undefined };
  if (standing.standing === 'here') {
    const { entry } = standing;
    const here = media.find((one) => one.entry === entry);
    // One that is damaged is mended by what was sent, and one that is in parts can be joined.
    const asWanted = here?.problem === null && (keepParts || entry.held === 'joined');
    return { here: asWanted ? here : null, older: entry.older };
  }
  if (standing.standing === 'other-media') throw otherMedia(manifest, standing.entry);
  const { newer } = standing;
  if (reason !== null) return { here: null, older: { reason, revision: newer.revision } };
  throw new PrestageError({
    code: 'delivery-older',
    message: olderText(manifest, standing.standing, newer),
    cause: `${newer.inLibrary ? 'in the library' : 'received before'} ${newer.sha256}\ndelivered      ${manifest.media.sha256}`,
    ...(newer.inLibrary ? {} : { remedy: removedRemedy(manifest.name) }),
  });
}

function olderText(manifest: MediaManifest, standing: 'older' | 'other-file', newer: NewerMedia): string {
  const delivered = `${sanitizeForDisplay(manifest.name)} revision ${manifest.revision}`;
  if (standing === 'other-file') {
    const where = newer.inLibrary ? 'is in the library already' : 'was received here before';
    return `${delivered} ${where}, and is another file: the sender used one revision for two media files.`;
  }
  const where = newer.inLibrary ? 'is in the library' : 'was received here before and then removed';
  return `${delivered} (${sanitizeForDisplay(manifest.version)}) is older than revision ${newer.revision} (${sanitizeForDisplay(newer.version)}), which ${where}.`;
}

function removedRemedy(name: string): string {
  return `Nothing was added to the library. Ask the sender which one is meant. To receive it on purpose, give a reason (--older REASON). If the sender has started its revision numbers over: prestage media library forget '${sanitizeForDisplay(name)}'`;
}

function otherMedia(manifest: MediaManifest, entry: LibraryEntry): PrestageError {
  return new PrestageError({
    code: 'delivery-other-media',
    message: `The file of ${sanitizeForDisplay(manifest.name)} revision ${manifest.revision} is in the library already, as ${sanitizeForDisplay(entry.name)} revision ${entry.revision}, signed by ${sanitizeForDisplay(entry.signer.name)}.`,
    cause: `SHA-256 ${entry.sha256}`,
  });
}

/** @throws PrestageError delivery-base-missing */
function findBase(
  manifest: MediaManifest,
  library: MediaLibrary,
  given: string | null,
): { path: string; bytes: number; sha256: string } | null {
  const base = manifest.difference?.base;
  if (base === undefined) return null;
  const { fileName, bytes, sha256 } = base;
  const known = library
    .list()
    .find((one) => one.entry.sha256 === sha256 && one.path !== null && one.problem === null);
  const path = given ?? known?.path ?? null;
  if (path !== null && existsSync(path)) return { path, bytes, sha256 };
  throw new PrestageError({
    code: 'delivery-base-missing',
    message:
      path === null
        ? `The delivery holds only what changed since ${sanitizeForDisplay(fileName, 200)} (${formatBytes(bytes)}), which is not in the library.`
        : `There is no file ${shownPath(path)}.`,
    cause: `needed SHA-256 ${sha256}`,
  });
}

function keepManifest(folder: string, { bytes, signature }: SignedManifest): void {
  const file = manifestFileIn(folder);
  writeFileAtomically(file, bytes.toString('utf8'), 0o600);
  for (const ending of ['.minisig', '.p7s']) rmSync(`${file}${ending}`, { force: true });
  // Base64 or PEM, or DER: written as it came.
  writeFileAtomically(`${file}${signature.ending}`, signature.bytes, 0o600);
}

/** A file of the same SHA-256 that is in the library is not copied: it is proved where it is, and mended where it is damaged. */
function takeUpSame(folder: string, { media, difference }: MediaManifest, library: MediaLibrary): void {
  const same = library.list().find(({ entry }) => entry.sha256 === media.sha256);
  const target = join(folder, media.fileName);
  if (difference !== undefined || same?.path === undefined || same.path === null || existsSync(target)) {
    return;
  }
  try {
    linkSync(same.path, target);
  } catch {
    // Then it is copied from the delivery.
  }
}

/** Where the parts of this media lie in the library, when it was received with its parts kept. */
function keptParts({ media }: MediaManifest, library: MediaLibrary): string[] {
  return library
    .list()
    .filter(({ entry }) => entry.sha256 === media.sha256 && entry.held === 'parts')
    .map(({ folder }) => folder);
}

function contradicts(manifest: MediaManifest, differing: readonly number[]): PrestageError {
  const parts = differing.map(String).join(', ');
  return new PrestageError({
    code: 'delivery-contradicts',
    message:
      differing.length > 0
        ? `The manifest of ${sanitizeForDisplay(manifest.name)} contradicts itself: the blocks of part ${parts} are right, but do not have the SHA-256 that it says for the part.`
        : `The manifest of ${sanitizeForDisplay(manifest.name)} contradicts itself: all parts are right, but together they do not have the SHA-256 that it says for the media.`,
  });
}
