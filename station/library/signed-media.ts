import { existsSync, readFileSync } from 'node:fs';
import { sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { cmsEnding, minisignEnding } from '../../core/delivery/manifest';
import type { SignedMedia } from '../media/media-expectation';
import { stillSigned } from '../signing/signed-manifest';
import { isTrusted } from '../signing/trusted-keys';
import { loadSettings } from '../state/settings';
import type { StatePaths } from '../state/state-paths';
import { damaged, libraryFolder, manifestFileIn, MediaLibrary } from './media-library';

/**
 * What the signed manifest says of a file that lies in the library; null when it lies elsewhere. The signature is looked at
 * again, and whether its key is still trusted.
 * @param path absolute
 * @throws PrestageError library-damaged, delivery-key-unknown, settings-invalid
 */
export function signedMediaAt(
  path: string,
  paths: Pick<StatePaths, 'library' | 'settingsFile' | 'trustedKeysFile'>,
): SignedMedia | null {
  const library = new MediaLibrary(libraryFolder(paths, loadSettings(paths)));
  const media = library.at(path);
  if (media === null) return null;
  const { entry, folder } = media;
  const { name, version, revision, sha256, manifestSha256, signer } = entry;
  const { manifest, bytes } = library.manifestOf(media);
  if (manifest.media.sha256 !== sha256) throw damaged(entry, 'its manifest is for another file');
  if (!isTrusted(paths, signer)) {
    throw new PrestageError({
      code: 'delivery-key-unknown',
      message: `The media ${sanitizeForDisplay(name)} was signed by ${sanitizeForDisplay(signer.name)} with the key ${signer.key}, which is not trusted here any more.`,
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
  return { name, version, revision, sha256, manifestSha256, signer, dates: manifest.dates ?? null };
}
