import { randomUUID } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { badFileName } from '../../core/delivery/file-names';
import { sanitizeForDisplay, shownPath } from '../../core/base/display';
import type { DiskPlace } from '../../core/base/disk-refusal';
import { PrestageError } from '../../core/base/errors';
import { errorCodeOf } from '../../core/base/system-error';
import {
  deliveryBlockBytes,
  manifestEnding,
  mostParts,
  minisignEnding,
  partBytesFor,
  type MediaManifest,
} from '../../core/delivery/manifest';
import { manifestTooLarge } from '../../core/delivery/manifest-size';
import type { TaskProgress } from '../../core/contract/helper-api';
import type { HelperClient } from '../helper-client/helper-client';
import { makeSignature, type MinisignSigner } from '../signing/minisign';
import { manifestBytes } from '../signing/signed-manifest';
import { claimFolder, releaseFolder } from '../state/busy-mark';
import { onDisk } from '../state/disk';
import { syncFolder, writeFileAtomically } from '../state/state-paths';

/** What the sender says of a media file. */
export interface SendRequest {
  /** The media's file, absolute. */
  readonly path: string;
  /** The media that the receiver has, absolute; null sends the media whole. */
  readonly since: string | null;
  /** Folder to send to, absolute; made when it is missing. */
  readonly directory: string;
  /** Bytes of a part at most; null: one part. */
  readonly partBytes: number | null;
  /** Members of the manifest that the sender chooses. */
  readonly described: Omit<
    MediaManifest,
    'form' | 'createdAt' | 'media' | 'blockBytes' | 'parts' | 'difference'
  >;
  /** Null leaves the manifest unsigned. */
  readonly signer: MinisignSigner | null;
}

export interface SentMedia {
  readonly manifest: MediaManifest;
  /** Absolute. */
  readonly manifestFile: string;
  /** Absolute; null when it is not signed. */
  readonly signatureFile: string | null;
  /** SHA-256 of the manifest's bytes is what a receipt names. */
  readonly manifestBytes: Buffer;
}

export interface SendWork {
  readonly client: HelperClient;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: TaskProgress) => void;
}

/**
 * Sends a media file: parts first, under another folder's name until all are on the disk; then the signature; the manifest last. So
 * there is never a manifest beside parts that are not there.
 * @throws PrestageError delivery-exists, usage, media-…, difference-useless, disk-unwritable, cancelled
 */
export async function sendMedia(
  request: SendRequest,
  { client, signal, onProgress }: SendWork,
): Promise<SentMedia> {
  const { path, since, directory, described } = request;
  const manifestFile = join(directory, `${described.name}${manifestEnding}`);
  requireGoodName(basename(path), 'The file', 'Rename the file');
  // The longest name that is written for it.
  requireGoodName(`${basename(manifestFile)}${minisignEnding}`, 'The name', 'Give another name with --name');
  const place = { what: 'the folder for the media', path: directory, holds: 'Nothing was sent.' };
  makeFolder(place);
  const working = join(directory, `.${described.name}.sending`);
  const begun = existsSync(working);
  if (begun && !claimFolder(working)) {
    throw new PrestageError({
      code: 'delivery-busy',
      message: `Another Prestage sends to the folder ${sanitizeForDisplay(directory, 400)} at this moment.`,
    });
  }
  if (existsSync(manifestFile)) {
    rmSync(working, { recursive: true, force: true });
    throw exists(manifestFile);
  }
  const stem = since === null ? basename(path) : `${basename(path)}.diff`;
  requireGoodName(`${stem}.0001`, 'The part', 'Rename the file');
  requireFewParts(path, request.partBytes);
  requireSmallManifest(request);
  for (const name of [stem, `${stem}.001`]) requireFree(join(directory, name), path, begun);

  rmSync(working, { recursive: true, force: true });
  onDisk(place, () => {
    mkdirSync(working);
    claimFolder(working);
  });
  let named = false;
  try {
    const limit = partBytesFor(request.partBytes ?? Number.MAX_SAFE_INTEGER);
    const split = {
      progressToken: randomUUID(),
      path,
      directory: working,
      partBytes: limit,
      blockBytes: deliveryBlockBytes,
    };
    const options = { signal, onTaskProgress: onProgress };
    const sent =
      since === null
        ? { ...(await client.call('splitMedia', split, options)), difference: undefined }
        : await client.call('diffMedia', { ...split, since }, options);
    const manifest: MediaManifest = {
      form: 'prestage-media-1',
      ...described,
      createdAt: new Date().toISOString(),
      media: { fileName: basename(path), bytes: sent.bytes, sha256: sent.sha256, guid: sent.guid },
      blockBytes: deliveryBlockBytes,
      parts: sent.parts,
      ...(sent.difference === undefined ? {} : { difference: sent.difference }),
    };
    for (const { fileName } of sent.parts) requireFree(join(directory, fileName), path, begun);
    named = true;
    return onDisk(place, () => {
      for (const { fileName } of sent.parts) renameSync(join(working, fileName), join(directory, fileName));
      syncFolder(directory);
      const bytes = manifestBytes(manifest);
      const signatureFile = request.signer === null ? null : `${manifestFile}${minisignEnding}`;
      if (signatureFile !== null && request.signer !== null) {
        const comment = `file:${basename(manifestFile)} revision:${manifest.revision} made:${manifest.createdAt}`;
        writeFileAtomically(signatureFile, makeSignature(bytes, request.signer, comment), 0o644);
      } else rmSync(`${manifestFile}${minisignEnding}`, { force: true });
      writeFileAtomically(manifestFile, bytes.toString('utf8'), 0o644);
      rmSync(working, { recursive: true, force: true });
      return { manifest, manifestFile, signatureFile, manifestBytes: bytes };
    });
  } catch (error) {
    // Where parts have their names already, the folder stays: it says that they are ours when the media is sent again.
    if (named) releaseFolder(working);
    else rmSync(working, { recursive: true, force: true });
    throw error;
  }
}

/** @throws PrestageError usage where there is a file, or nobody may write */
function makeFolder(place: DiskPlace): void {
  try {
    onDisk(place, () => mkdirSync(place.path, { recursive: true }));
    accessSync(place.path, constants.W_OK | constants.X_OK);
  } catch (error) {
    const code = errorCodeOf(error);
    if (error instanceof PrestageError || code === null) throw error;
    throw new PrestageError({
      code: 'usage',
      message: `The folder ${sanitizeForDisplay(place.path, 400)} cannot be made or written to (${sanitizeForDisplay(code)}).`,
      remedy: 'Nothing was sent. Give a folder that you can write to with --to.',
    });
  }
}

/** Nobody could receive more: the manifest lists no more. A difference has fewer. */
function requireFewParts(path: string, partBytes: number | null): void {
  const bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  const parts = partBytes === null ? 1 : Math.ceil(bytes / partBytesFor(partBytes));
  if (parts <= mostParts) return;
  throw new PrestageError({
    code: 'usage',
    message: `The media would be sent in ${parts} parts; ${mostParts} is the most.`,
    remedy: 'Nothing was written. Give a larger --part-size.',
  });
}

/** Before hours of reading: the manifest is written last. @throws PrestageError usage */
function requireSmallManifest({ path, partBytes, described }: SendRequest): void {
  const problem = manifestTooLarge({
    described,
    fileName: basename(path),
    bytes: statSync(path, { throwIfNoEntry: false })?.size ?? 0,
    partBytes: partBytesFor(partBytes ?? Number.MAX_SAFE_INTEGER),
    blockBytes: deliveryBlockBytes,
  });
  if (problem === null) return;
  throw new PrestageError({
    code: 'usage',
    message: problem,
    remedy:
      'Nothing was written. Split the media into several with fewer packages each, or give larger parts (--part-size).',
  });
}

/** @param begun what lies there may be left from a send that was cut off */
function requireFree(file: string, source: string, begun: boolean): void {
  const there = statSync(file, { throwIfNoEntry: false });
  if (there === undefined) return;
  const own = statSync(source, { throwIfNoEntry: false });
  const isSource = own !== undefined && own.ino === there.ino && own.dev === there.dev;
  if (begun && !isSource && there.isFile()) return;
  if (!isSource) throw exists(file);
  throw new PrestageError({
    code: 'delivery-exists',
    message: `The media itself lies in the folder ${sanitizeForDisplay(dirname(file), 400)}.`,
    remedy: 'Nothing was written. Choose another folder with --to.',
  });
}

function exists(file: string): PrestageError {
  return new PrestageError({
    code: 'delivery-exists',
    message: `There is already a file ${shownPath(file)}.`,
  });
}

function requireGoodName(name: string, what: string, act: string): void {
  const problem = badFileName(name);
  if (problem === null) return;
  throw new PrestageError({
    code: 'usage',
    message: `${what} '${sanitizeForDisplay(name, 200)}' cannot be sent: it ${problem}.`,
    remedy: `Nothing was written. ${act}, then send it again.`,
  });
}
