import { createHash } from 'node:crypto';
import type { DriveIdentity } from '../../core/drive/drive';

/**
 * The ID a drive is addressed by: what people can recognise (serial, else model, else the path's last
 * part), then eight digits of a hash over the whole identity. The path is in the hash, so two drives that
 * report the same serial still differ. Holds no '=', which separates it from the machine serial on the
 * command line.
 */
export function driveIdOf(identity: DriveIdentity, model: string | null): string {
  const base = [identity.serial, model, identity.path.replace(/^.*\//, '')]
    .map((text) => slug(text ?? ''))
    .find((text) => text !== '');
  const digest = createHash('sha256')
    .update([identity.serial ?? '', identity.wwn ?? '', identity.size, identity.path].join('|'))
    .digest('hex');
  return `${base ?? 'DRIVE'}-${digest.slice(0, 8)}`;
}

function slug(text: string): string {
  return text
    .toUpperCase()
    .replace(/[^A-Z0-9.]+/g, '-')
    .slice(0, 24)
    .replace(/^-+|-+$/g, '');
}
