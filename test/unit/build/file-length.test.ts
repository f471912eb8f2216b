import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkout } from '../../support/documents';

/** A file can be read in one sitting; one that is longer says why. */

const rooms = ['core', 'station', 'helper', 'electron', 'renderer', 'build'];
const isSource = (path: string): boolean => /\.(?:tsx?|[cm]js|c|h|css|sh|sql)$/.test(path);
// What node-gyp and unpack-wim/build.sh make.
const isMade = (path: string): boolean => /^helper\/[^/]+\/build\//.test(path);

it.each(rooms)('no file of %s/ has more than 380 lines without its cause', (room) => {
  const files = readdirSync(join(checkout, room), { recursive: true, encoding: 'utf8' })
    .map((path) => `${room}/${path}`)
    .filter((path) => isSource(path) && !isMade(path));
  expect(files.length).toBeGreaterThan(10);
  const long = files.filter((path) => {
    const text = readFileSync(join(checkout, path), 'utf8');
    return text.trimEnd().split('\n').length > 380 && !text.includes('Over 380 lines: ');
  });
  expect(long).toEqual([]);
});
