import { dirname } from 'node:path';
import { toErrorData } from '../../core/base/errors';
import type { LibraryMediaView, Receiving } from '../../core/contract/app-library';
import { contentsSum } from '../../core/delivery/library-rules';
import type { MediaManifest } from '../../core/delivery/manifest';
import type { ReceiveResult } from '../delivery/receive';
import type { LibraryMedia, MediaLibrary } from '../library/media-library';
import { isTrusted, type TrustedKeysPaths } from '../signing/trusted-keys';

/** What the page is told of a media file of the library, and of what was received. */

/** @param images disk images that are kept, by the SHA-256 of their media */
export function viewOf(
  media: LibraryMedia,
  library: MediaLibrary,
  images: ReadonlyMap<string, LibraryMediaView['images']>,
  paths: TrustedKeysPaths,
): LibraryMediaView {
  const { form: _form, ...entry } = media.entry;
  const manifest = manifestOrProblem(library, media);
  const contents = manifest.manifest?.contents ?? null;
  return {
    ...entry,
    path: media.path,
    ...(dirname(media.folder) === library.folder ? {} : { onDisk: true as const }),
    problem: media.problem ?? manifest.problem,
    trusted: isTrusted(paths, entry.signer),
    contents: contents === null ? null : contentsSum(contents),
    images: images.get(entry.sha256) ?? { count: 0, bytes: 0 },
  };
}

function manifestOrProblem(
  library: MediaLibrary,
  media: LibraryMedia,
): { readonly manifest: MediaManifest | null; readonly problem: string | null } {
  try {
    return { manifest: library.manifestOf(media).manifest, problem: null };
  } catch (error) {
    return { manifest: null, problem: toErrorData(error).message };
  }
}

/** @param path that was given */
export function resultOf(path: string, result: ReceiveResult): Receiving {
  if (result.result === 'incomplete') {
    const { manifest, findings, foreignFiles } = result;
    const { name, version, parts } = manifest;
    return {
      status: 'incomplete',
      ...{ path, name, version },
      parts: parts.length,
      findings: [...findings],
      foreignFiles: [...foreignFiles],
    };
  }
  const { name, version, sha256, signer } = result.media.entry;
  return {
    status: 'received',
    ...{ name, version, sha256 },
    signer: signer.name,
    here: result.result === 'here',
    warnings: [...result.warnings],
    foreignFiles: result.result === 'here' ? [] : [...result.foreignFiles],
  };
}
