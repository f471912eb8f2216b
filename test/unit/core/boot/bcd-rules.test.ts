import { describe, expect, it } from 'vitest';
import {
  bcdElements,
  bcdObjects,
  elementOf,
  objectOf,
  type BcdStore,
  type BcdValue,
} from '../../../../core/boot/bcd';
import { decodeDevice, encodeDevice } from '../../../../core/boot/bcd-device';
import { setBootTarget, bootTargetOf, newStore } from '../../../../core/boot/bcd-rules';

const guids = {
  diskGuid: '11111111-1111-4111-8111-111111111111',
  efiPartitionGuid: '22222222-2222-4222-8222-222222222222',
  windowsPartitionGuid: '33333333-3333-4333-8333-333333333333',
};
const efi = { kind: 'gpt', diskGuid: guids.diskGuid, partitionGuid: guids.efiPartitionGuid };
const windows = { kind: 'gpt', diskGuid: guids.diskGuid, partitionGuid: guids.windowsPartitionGuid };
const entry = '{65c31250-afa2-11df-8045-000c29f37d88}';
const text = (value: string): BcdValue => ({ kind: 'string', text: value });
const options = bcdObjects.ramdiskOptions;

/** As bootable media has it: everything is where it was started from. */
function mediaStore(
  device = encodeDevice({ kind: 'ramdisk', options, source: { kind: 'boot' }, path: '\\sources\\boot.wim' }),
): BcdStore {
  const boot: BcdValue = { kind: 'binary', bytes: encodeDevice({ kind: 'boot' }) };
  return {
    objects: [
      {
        id: bcdObjects.bootManager,
        type: 0x10100002,
        elements: [
          { type: bcdElements.device, value: boot },
          { type: bcdElements.defaultObject, value: text(entry.toUpperCase()) },
          { type: 0x26000020, value: { kind: 'binary', bytes: Uint8Array.of(1) } },
        ],
      },
      {
        id: entry,
        type: 0x10200003,
        elements: [
          { type: bcdElements.device, value: { kind: 'binary', bytes: device } },
          { type: bcdElements.osDevice, value: { kind: 'binary', bytes: device } },
        ],
      },
      { id: options, type: 0x30000000, elements: [{ type: bcdElements.sdiDevice, value: boot }] },
    ],
  };
}

describe('what a store starts', () => {
  it('is the boot image of the media', () => {
    expect(bootTargetOf(mediaStore())).toEqual({
      kind: 'ramdisk',
      objectId: entry,
      path: '\\sources\\boot.wim',
      options,
    });
  });

  it('is the trap when the default entry is a system on a partition', () => {
    expect(bootTargetOf(mediaStore(encodeDevice({ kind: 'boot' })))).toEqual({
      kind: 'system',
      objectId: entry,
    });
  });

  it('is the first entry shown where none is the default', () => {
    const store = mediaStore();
    const objects = store.objects.map((object) =>
      object.id === bcdObjects.bootManager
        ? {
            ...object,
            elements: [
              { type: bcdElements.displayOrder, value: { kind: 'strings', texts: [entry] } as const },
            ],
          }
        : object,
    );
    expect(bootTargetOf({ objects }).kind).toBe('ramdisk');
  });

  it('is nothing without a boot manager, a default entry, or the entry it names', () => {
    expect(bootTargetOf({ objects: [] }).kind).toBe('nothing');
    const manager = { id: bcdObjects.bootManager, type: 0x10100002, elements: [] };
    expect(bootTargetOf({ objects: [manager] }).kind).toBe('nothing');
    const dangling = { ...manager, elements: [{ type: bcdElements.defaultObject, value: text(entry) }] };
    expect(bootTargetOf({ objects: [dangling] }).kind).toBe('nothing');
  });
});

describe('aiming a store at a drive', () => {
  it('sets the boot manager, the boot image and its options, and nothing else', () => {
    const changes = setBootTarget(mediaStore(), guids).map(({ objectId, elementType, value }) => [
      objectId,
      elementType,
      value.kind === 'binary' ? decodeDevice(value.bytes) : null,
    ]);
    const ramdisk = { kind: 'ramdisk', options, source: windows, path: '\\sources\\boot.wim' };
    expect(changes).toEqual([
      [bcdObjects.bootManager, bcdElements.device, efi],
      [entry, bcdElements.device, ramdisk],
      [entry, bcdElements.osDevice, ramdisk],
      [options, bcdElements.sdiDevice, windows],
    ]);
  });

  it('keeps the path and the options that the entry names', () => {
    const own = '{7619dcc8-fafe-11d9-b411-000476eba25f}';
    const device = encodeDevice({
      kind: 'ramdisk',
      options: own,
      source: { kind: 'boot' },
      path: '\\x\\pe.wim',
    });
    const [, changed, , sdi] = setBootTarget(mediaStore(device), guids);
    expect(changed?.value.kind === 'binary' ? decodeDevice(changed.value.bytes) : null).toMatchObject({
      options: own,
      path: '\\x\\pe.wim',
    });
    // Options that are not in the store are not made up.
    expect(sdi).toBeUndefined();
  });

  it('leaves an entry alone that starts a system, and a store without a boot manager', () => {
    const trap = setBootTarget(mediaStore(encodeDevice({ kind: 'boot' })), guids);
    expect(trap.map(({ objectId }) => objectId)).toEqual([bcdObjects.bootManager]);
    expect(setBootTarget({ objects: [] }, guids)).toEqual([]);
  });
});

describe('a new store', () => {
  it('starts the boot image of this drive', () => {
    const store = newStore(guids);
    expect(bootTargetOf(store)).toMatchObject({ kind: 'ramdisk', path: '\\sources\\boot.wim' });
    const manager = elementOf(objectOf(store, bcdObjects.bootManager), bcdElements.device);
    expect(manager?.kind === 'binary' ? decodeDevice(manager.bytes) : null).toEqual(efi);
    // It is aimed already: aiming it again changes nothing.
    for (const { objectId, elementType, value } of setBootTarget(store, guids)) {
      expect(elementOf(objectOf(store, objectId), elementType)).toEqual(value);
    }
  });
});
