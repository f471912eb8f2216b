import { describe, expect, it } from 'vitest';
import { PrestageError } from '../../../../core/base/errors';
import { innerFile, topFolder } from '../../../../helper/media/descriptors';
import { describeEntries, readSecurity } from '../../../../helper/media/image-metadata';

/** A folder with a file, with one descriptor for the root: as wimlib lays it out. */
function metadata(): Buffer {
  const security = Buffer.alloc(24);
  security.writeUInt32LE(24, 0);
  security.writeUInt32LE(1, 4);
  security.writeBigUInt64LE(3n, 8);
  security.write('abc', 16, 'latin1');
  const entry = (name: string, folder: boolean, descriptor: number, children: number): Buffer => {
    const text = Buffer.from(name, 'utf16le');
    const bytes = Buffer.alloc(Math.ceil((102 + text.length + (name === '' ? 0 : 2)) / 8) * 8);
    bytes.writeBigUInt64LE(BigInt(bytes.length), 0);
    bytes.writeUInt32LE(folder ? 0x10 : 0x80, 8);
    bytes.writeInt32LE(descriptor, 12);
    bytes.writeBigUInt64LE(BigInt(children), 16);
    bytes.writeUInt16LE(text.length, 100);
    text.copy(bytes, 102);
    return bytes;
  };
  const end = Buffer.alloc(8);
  const root = entry('', true, 0, 0);
  const inRoot = 24 + root.length + 8;
  root.writeBigUInt64LE(BigInt(inRoot), 16);
  const folder = entry('Sms', true, -1, 0);
  const inFolder = inRoot + folder.length + 8;
  folder.writeBigUInt64LE(BigInt(inFolder), 16);
  return Buffer.concat([security, root, end, folder, end, entry('a.txt', false, -1, 0), end]);
}

/** The descriptor of each path, as the list of names says; null where there is none. */
function descriptorsOf(image: Buffer): Map<string, Buffer | null> {
  const { descriptors, end } = readSecurity(image);
  const found = new Map<string, Buffer | null>();
  const list = (first: number, above: string): void => {
    for (let place = first; number(place) > 8; place += number(place)) {
      const name = image.toString('utf16le', place + 102, place + 102 + image.readUInt16LE(place + 100));
      const path = `${above}/${name.toUpperCase()}`;
      found.set(path, descriptors[image.readInt32LE(place + 12)] ?? null);
      const children = number(place + 16);
      if (children !== 0) list(children, name === '' ? '' : path);
    }
  };
  const number = (place: number): number => Number(image.readBigUInt64LE(place));
  list(end, '');
  return found;
}

describe('the metadata of an image', () => {
  it('gets descriptors for what has none, and keeps the others', () => {
    const { metadata: changed, changed: count } = describeEntries(metadata(), ({ described, folder }) =>
      described ? null : folder ? topFolder : innerFile,
    );
    expect(count).toBe(2);
    const found = descriptorsOf(changed);
    expect([...found.keys()]).toEqual(['/', '/SMS', '/SMS/A.TXT']);
    expect(found.get('/')?.toString('latin1')).toBe('abc');
    expect(found.get('/SMS')?.equals(topFolder)).toBe(true);
    expect(found.get('/SMS/A.TXT')?.equals(innerFile)).toBe(true);
    expect(changed.readUInt32LE(0) % 8).toBe(0);
  });

  it('stays as it is when nothing is chosen', () => {
    const given = metadata();
    expect(describeEntries(given, () => null).metadata).toBe(given);
  });

  it.each([
    ['is cut anywhere', (given: Buffer) => given.subarray(0, given.length - 40)],
    [
      'has a list that begins outside',
      (given: Buffer) => {
        given.writeBigUInt64LE(1n << 60n, 24 + 16);
        return given;
      },
    ],
    [
      'has a folder that contains itself',
      (given: Buffer) => {
        given.writeBigUInt64LE(BigInt(24 + 104 + 8), 24 + 104 + 8 + 16);
        return given;
      },
    ],
    [
      'has more descriptors than bytes',
      (given: Buffer) => {
        given.writeUInt32LE(0xffffff, 4);
        return given;
      },
    ],
  ])('is refused when it %s', (_, damage) => {
    expect(() => describeEntries(damage(metadata()), () => topFolder)).toThrow(PrestageError);
  });
});
