import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  bcdElements,
  bcdObjects,
  elementOf,
  objectOf,
  type BcdStore,
  type BcdValue,
} from '../../core/boot/bcd';
import { decodeDevice, encodeDevice } from '../../core/boot/bcd-device';
import { setBootTarget, bootTargetOf, newStore } from '../../core/boot/bcd-rules';
import { emptyHive } from '../../helper/boot/empty-hive';
import { changeBootStore, createBootStore, readBootStore } from '../../helper/boot/hive';

/** Boot stores as hives, with the real hivex. */

const signal = new AbortController().signal;
const fixtures = join(import.meta.dirname, '../fixtures/recorded/boot-stores');
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

/** See test/fixtures/recorded/boot-stores. */
function windowsSetup(): BcdStore {
  const recorded = z
    .record(z.string(), z.looseObject({ type: z.int() }))
    .parse(JSON.parse(readFileSync(join(fixtures, 'windows-setup.json'), 'utf8')));
  return {
    objects: Object.entries(recorded).map(([id, { type, ...elements }]) => ({
      id,
      type,
      elements: Object.entries(elements).map(([code, value]) => ({
        type: Number.parseInt(code, 16),
        value: recordedValue(z.union([z.string(), z.array(z.string())]).parse(value)),
      })),
    })),
  };
}

function recordedValue(value: string | readonly string[]): BcdValue {
  if (typeof value !== 'string') return { kind: 'strings', texts: value };
  if (value.startsWith('=')) return { kind: 'string', text: value.slice(1) };
  return { kind: 'binary', bytes: Uint8Array.from(Buffer.from(value, 'hex')) };
}

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
    const before = await readBootStore(file, signal);
    await changeBootStore(file, before, setBootTarget(before, guids('b')), signal);
    const read = await readBootStore(file, signal);
    expect(byId(read)).toEqual(byId({ objects: [...newStore(guids('b')).objects, odd] }));
    expect(bootTargetOf(read)).toMatchObject({ kind: 'ramdisk', path: '\\sources\\boot.wim' });
  });

  it('that Windows Setup made is read as it was, and aimed without losing anything', async () => {
    const file = fresh();
    const made = windowsSetup();
    await createBootStore(file, made, signal);
    const read = await readBootStore(file, signal);
    expect(byId(read)).toEqual(byId(made));
    for (const { value } of read.objects.flatMap(({ elements }) => elements)) {
      if (value.kind === 'binary') expect(encodeDevice(decodeDevice(value.bytes))).toEqual(value.bytes);
    }
    const options = '{7619dcc8-fafe-11d9-b411-000476eba25f}';
    const target = { kind: 'ramdisk', path: '\\sources\\boot.wim', options };
    expect(bootTargetOf(read)).toMatchObject(target);

    const changes = setBootTarget(read, guids('c'));
    await changeBootStore(file, read, changes, signal);
    const driveImage = await readBootStore(file, signal);
    expect(bootTargetOf(driveImage)).toMatchObject(target);
    const readBootTarget = (object: string, element: number): unknown => {
      const value = elementOf(objectOf(driveImage, object), element);
      return value?.kind === 'binary' ? decodeDevice(value.bytes) : null;
    };
    const { diskGuid, efiPartitionGuid, windowsPartitionGuid } = guids('c');
    const windows = { kind: 'gpt', diskGuid, partitionGuid: windowsPartitionGuid };
    // It had none: a medium that starts from a stick needs none.
    expect(readBootTarget(bcdObjects.bootManager, bcdElements.device)).toEqual({
      kind: 'gpt',
      diskGuid,
      partitionGuid: efiPartitionGuid,
    });
    expect(readBootTarget(options, bcdElements.sdiDevice)).toEqual(windows);
    const entry = '{7619dcc9-fafe-11d9-b411-000476eba25f}';
    expect(readBootTarget(entry, bcdElements.osDevice)).toMatchObject({ kind: 'ramdisk', source: windows });
    // Everything else is as it was.
    const changed = new Set(changes.map(({ objectId, elementType }) => `${objectId} ${elementType}`));
    const rest = ({ objects }: BcdStore): BcdStore => ({
      objects: objects.map((object) => ({
        ...object,
        elements: object.elements.filter(({ type }) => !changed.has(`${object.id} ${type}`)),
      })),
    });
    expect(byId(rest(driveImage))).toEqual(byId(rest(made)));
  });

  it('gets elements that it did not have', async () => {
    const file = fresh();
    await createBootStore(file, newStore(guids('a')), signal);
    const value = { kind: 'binary', bytes: Uint8Array.of(1) } as const;
    const change = { objectId: bcdObjects.bootManager, elementType: 0x26000020, value };
    await changeBootStore(file, await readBootStore(file, signal), [change], signal);
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
