import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bcdElements, bcdObjects, type BcdStore } from '../../core/boot/bcd';
import { aimStore, bootTargetOf, newStore } from '../../core/boot/bcd-rules';
import { emptyHive } from '../../native/boot/empty-hive';
import { changeBootStore, createBootStore, readBootStore } from '../../native/boot/hive';

/** Boot stores as hives, with the real hivex. */

const signal = new AbortController().signal;
const guids = (
  digit: string,
): { diskGuid: string; efiPartitionGuid: string; windowsPartitionGuid: string } => ({
  diskGuid: `${digit.repeat(8)}-1111-4111-8111-111111111111`,
  efiPartitionGuid: `${digit.repeat(8)}-2222-4222-8222-222222222222`,
  windowsPartitionGuid: `${digit.repeat(8)}-3333-4333-8333-333333333333`,
});
let folder: string;
let number = 0;
const fresh = (): string => join(folder, `store-${(number += 1)}`);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'prestage-boot-store-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const byId = ({ objects }: BcdStore): BcdStore => ({
  objects: objects
    .map((object) => ({ ...object, elements: object.elements.toSorted((a, b) => a.type - b.type) }))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1)),
});

describe('a boot store', () => {
  it('is read back as it was made', async () => {
    const file = fresh();
    await createBootStore(file, newStore(guids('a')), signal);
    expect(byId(await readBootStore(file, signal))).toEqual(byId(newStore(guids('a'))));
  });

  it('is aimed at another drive, and keeps what is not understood', async () => {
    const file = fresh();
    const odd = {
      id: '{12345678-1234-4234-8234-123456789abc}',
      type: 0x1fffffff,
      elements: [
        { type: 0x17ffffff, value: { kind: 'binary', bytes: Uint8Array.of(0, 255, 10, 13, 34) } },
        { type: 0x12ffffff, value: { kind: 'string', text: 'a "b"\ncommit\nü € 𝄞' } },
        { type: 0x14ffffff, value: { kind: 'strings', texts: ['one', 'two "three"'] } },
      ],
    } as const;
    const made = newStore(guids('a'));
    await createBootStore(file, { objects: [...made.objects, odd] }, signal);
    await changeBootStore(file, aimStore(await readBootStore(file, signal), guids('b')), signal);
    const read = await readBootStore(file, signal);
    expect(byId(read)).toEqual(byId({ objects: [...newStore(guids('b')).objects, odd] }));
    expect(bootTargetOf(read)).toMatchObject({ kind: 'ramdisk', path: '\\sources\\boot.wim' });
  });

  it('gets elements that it did not have', async () => {
    const file = fresh();
    await createBootStore(file, newStore(guids('a')), signal);
    const value = { kind: 'binary', bytes: Uint8Array.of(1) } as const;
    const change = { objectId: bcdObjects.bootManager, elementType: 0x26000020, value };
    await changeBootStore(file, [change], signal);
    const manager = (await readBootStore(file, signal)).objects.find(
      ({ id }) => id === bcdObjects.bootManager,
    );
    expect(manager?.elements).toContainEqual({ type: 0x26000020, value });
    expect(manager?.elements.some(({ type }) => type === bcdElements.device)).toBe(true);
  });

  it.each<[string, () => Buffer]>([
    ['nothing', () => Buffer.alloc(0)],
    ['text', () => Buffer.from('this is no hive')],
    ['a hive without objects', () => emptyHive('NewStoreRoot')],
    [
      'a hive with a broken checksum',
      () => {
        const bytes = emptyHive('NewStoreRoot');
        bytes.writeUInt8(7, 100);
        return bytes;
      },
    ],
  ])('is refused when it is %s', async (_name, bytes) => {
    const file = fresh();
    writeFileSync(file, bytes());
    await expect(readBootStore(file, signal)).rejects.toMatchObject({ data: { code: 'boot-store-invalid' } });
    expect(readFileSync(file)).toEqual(bytes());
  });

  it('is refused when it is cut off or far too large', async () => {
    const file = fresh();
    await createBootStore(file, newStore(guids('a')), signal);
    truncateSync(file, 5000);
    await expect(readBootStore(file, signal)).rejects.toMatchObject({ data: { code: 'boot-store-invalid' } });
    truncateSync(file, 17 * 1024 * 1024);
    await expect(readBootStore(file, signal)).rejects.toMatchObject({ data: { code: 'boot-store-invalid' } });
  });
});
