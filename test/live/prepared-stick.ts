import { chownSync, mkdirSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeMedia } from '../support/wim';
import { DataPartition, partitionOf } from './data-partition';
import { writeStick } from './stick';
import { mebibyte, root, run } from './tools';

/**
 * A stick as a depot hands it out: set up, its questions answered, and one received media file in its library. Made from outside,
 * with cryptsetup, mkfs.ext4 and the command line; what the app itself makes of a stick is another test's matter.
 */

/** Who the app runs as (build/live/root/etc/sysusers.d). */
const owner = 971;

const prestage = (...args: readonly string[]): string =>
  run(process.execPath, [join(root, 'dist/prestage.cjs'), ...args]);

/** @param passphrase opens its data partition */
export async function prepareStick(stick: string, passphrase: string, area: string): Promise<void> {
  writeStick(stick);
  run('sgdisk', [
    '--move-second-header',
    ...['--new=3:840M:+800M', '--typecode=3:8300', '--change-name=3:PRESTAGE-B'],
    ...['--new=4:1640M:-1M', '--typecode=4:8309', '--change-name=4:PRESTAGE-DATA'],
    stick,
  ]);
  const place = partitionOf(stick, 'PRESTAGE-DATA');
  if (place === null) throw new Error('sgdisk made no data partition');
  const [luks, secret] = [join(area, 'luks'), join(area, 'luks-passphrase')];
  writeFileSync(luks, '');
  truncateSync(luks, place.bytes);
  writeFileSync(secret, passphrase, { mode: 0o600 });
  // As small as it gets: a guest by emulation opens it.
  const cost = ['--pbkdf', 'argon2id', '--pbkdf-force-iterations', '4', '--pbkdf-memory', '65536'];
  const format = ['luksFormat', '--batch-mode', '--type', 'luks2', ...cost, '--label', 'PRESTAGE-DATA'];
  run('cryptsetup', [...format, '--key-file', secret, luks]);
  const seek = `seek=${place.from / mebibyte}`;
  run('dd', [`if=${luks}`, `of=${stick}`, seek, 'bs=1M', 'count=32', 'conv=notrunc', 'status=none']);
  rmSync(luks);
  rmSync(secret);

  const state = await stateWithMedia(area);
  const data = new DataPartition(stick, passphrase, area);
  const [before, files] = [join(area, 'before.ext4'), join(area, 'files.ext4')];
  data.read(before);
  writeFileSync(files, '');
  truncateSync(files, data.bytes);
  run('mkfs.ext4', [
    '-q',
    '-F',
    '-L',
    'PRESTAGE-DATA',
    '-E',
    `root_owner=${owner}:${owner}`,
    '-d',
    state,
    files,
  ]);
  data.write(before, files);
  rmSync(before);
  rmSync(files);
}

/** A state folder whose library holds a media file that was signed, trusted and received. */
async function stateWithMedia(area: string): Promise<string> {
  const state = join(area, 'prepared');
  const [delivery, key] = [join(area, 'delivery'), join(area, 'contoso')];
  const { path } = await makeMedia(join(area, 'prepared-media'), { name: 'contoso', compression: 'XPRESS' });
  run('minisign', ['-G', '-W', '-f', '-p', `${key}.pub`, '-s', `${key}.key`]);
  prestage(
    'media',
    'send',
    path,
    '--to',
    delivery,
    '--key',
    `${key}.key`,
    '--name',
    'Contoso',
    '--revision',
    '1',
  );
  mkdirSync(state, { mode: 0o700 });
  prestage('key', 'trust', 'Contoso', '--public-key', `${key}.pub`, '--state', state);
  prestage('media', 'receive', delivery, '--state', state);
  writeFileSync(
    join(state, 'live-station.json'),
    `${JSON.stringify({ version: 1, timeZone: 'UTC', keyboard: 'us' })}\n`,
    { mode: 0o600 },
  );
  for (const name of ['.', ...readdirSync(state, { recursive: true, encoding: 'utf8' })]) {
    chownSync(join(state, name), owner, owner);
  }
  return state;
}
