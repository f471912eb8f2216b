import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readManifest, type MediaManifest } from '../../core/delivery/manifest';

/** The manifest that a media file of the library was received with, as bytes and as it was read. */
export interface KeptManifest {
  readonly manifest: MediaManifest;
  readonly bytes: Buffer;
  readonly sha256: string;
}

/** Name of the manifest in the media's folder, and of its signature. */
export function manifestFileIn(folder: string): string {
  return join(folder, 'media.json');
}

/** The manifest in a media file's folder; null: there is none, or it cannot be read. */
export function manifestIn(folder: string): KeptManifest | null {
  try {
    const bytes = readFileSync(manifestFileIn(folder));
    const { manifest } = readManifest(JSON.parse(bytes.toString('utf8')));
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return manifest === null ? null : { manifest, bytes, sha256 };
  } catch {
    return null;
  }
}
