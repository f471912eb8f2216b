import { existsSync, readFileSync } from 'node:fs';
import { sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import type { Signer } from '../../core/delivery/library';
import { cmsEnding, minisignEnding } from '../../core/delivery/manifest';
import { mergeMediaDates } from '../../core/media/media-dates';
import type { SignedMedia } from '../media/media-expectation';
import { loadPublicKey } from '../ledger/keys';
import { stillSigned } from '../signing/signed-manifest';
import { isTrusted } from '../signing/trusted-keys';
import { loadSettings } from '../state/settings';
import type { StatePaths } from '../state/state-paths';
import { manifestFileIn } from './kept-manifest';
import { damaged, libraryFolder, MediaLibrary, receiptFileIn } from './media-library';
import { checkReceipt } from './receipt';

/**
 * What the signed manifest says of a file that lies in the library; null when it lies elsewhere. The signature is looked at
 * again, and whether its key is still trusted.
 * @param path absolute
 * @throws PrestageError library-damaged, delivery-key-unknown, settings-invalid
 */
export function signedMediaAt(
  path: string,
  paths: Pick<StatePaths, 'library' | 'publicKeyFile' | 'settingsFile' | 'trustedKeysFile'>,
): SignedMedia | null {
  const library = new MediaLibrary(libraryFolder(paths, loadSettings(paths)));
  const media = library.at(path);
  if (media === null) return null;
  const { entry, folder } = media;
  const { sha256, manifestSha256, signer } = entry;
  const { manifest, bytes } = library.manifestOf(media);
  if (manifest.media.sha256 !== sha256) throw damaged(entry, 'its manifest is for another file');
  if (!isTrusted(paths, signer)) {
    throw new PrestageError({
      code: 'delivery-key-unknown',
      message: `The media ${sanitizeForDisplay(entry.name)} was signed by ${sanitizeForDisplay(signer.name)} with the key ${signer.key}, which is not trusted here any more.`,
      remedy:
        'Nothing was touched. Ask the enterprise whether the media may still be used, and trust its key again, or receive the media with its new signature.',
    });
  }
  const file = [minisignEnding, cmsEnding]
    .map((ending) => `${manifestFileIn(folder)}${ending}`)
    .find(existsSync);
  if (file === undefined || !stillSigned(bytes, readFileSync(file), signer, paths)) {
    throw damaged(entry, 'the signature of its manifest was changed or is missing');
  }
  // A certificate's signature is not looked at again: that it was right then is what this station signed.
  if (signer.kind === 'certificate' && !isReceipted(folder, bytes, signer, paths)) {
    throw damaged(entry, 'its receipt was changed or is missing');
  }
  // Not those of the entry, which nobody signed; its dates can only end the media earlier.
  const { name, version, revision } = manifest;
  const dates = mergeMediaDates([manifest.dates ?? null, entry.dates ?? null]);
  const driverPacks = manifest.recipe?.driverPacks ?? null;
  const { machineFiles, atEnd, disk } = manifest.recipe ?? {};
  return {
    ...{ name, version, revision, sha256, manifestSha256, signer, dates, driverPacks },
    ...(machineFiles === undefined ? {} : { machineFiles }),
    ...(atEnd === undefined && disk === undefined ? {} : { rack: { atEnd, disk } }),
  };
}

/** Whether this station's own receipt says that the manifest was signed by this signer. */
function isReceipted(
  folder: string,
  manifest: Buffer,
  { kind, key }: Signer,
  paths: Pick<StatePaths, 'publicKeyFile'>,
): boolean {
  const station = loadPublicKey(paths);
  const file = receiptFileIn(folder);
  if (station === null || !existsSync(file)) return false;
  const trusted = new Set([station.fingerprint]);
  const verdict = checkReceipt(readFileSync(file, 'utf8'), manifest, trusted);
  return verdict.ok && verdict.receipt.signer.kind === kind && verdict.receipt.signer.key === key;
}
