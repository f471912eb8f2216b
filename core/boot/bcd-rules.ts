import { decodeDevice, encodeDevice, type BcdDevice } from './bcd-device';
import {
  bcdElements,
  bcdObjects,
  bcdObjectTypes,
  elementOf,
  objectOf,
  type BcdChange,
  type BcdObject,
  type BcdStore,
  type BcdValue,
} from './bcd';

/** What a machine starts that starts from a store. */
export type BootTarget =
  /** A WIM that is loaded into memory: the media's boot image. */
  | { readonly kind: 'ramdisk'; readonly objectId: string; readonly path: string; readonly options: string }
  /** A system on a partition. On prestaged media that is the trap: the task sequence never begins. */
  | { readonly kind: 'system'; readonly objectId: string }
  /** No boot manager, no default entry, or one that is not there. */
  | { readonly kind: 'nothing'; readonly why: string };

/** The GUIDs of one drive. */
export interface DriveGuids {
  readonly diskGuid: string;
  readonly efiPartitionGuid: string;
  readonly windowsPartitionGuid: string;
}

/** What the default entry of a store starts. */
export function bootTargetOf(store: BcdStore): BootTarget {
  const manager = objectOf(store, bcdObjects.bootManager);
  if (manager === undefined) return { kind: 'nothing', why: 'the boot store has no boot manager' };
  const entry = defaultEntry(store, manager);
  if (entry === undefined) return { kind: 'nothing', why: 'the boot store has no default entry' };
  const device = deviceOf(entry, bcdElements.device);
  return device?.kind === 'ramdisk'
    ? { kind: 'ramdisk', objectId: entry.id, path: device.path, options: device.options }
    : { kind: 'system', objectId: entry.id };
}

/** The default entry; without one, the boot manager takes the first that it shows. */
function defaultEntry(store: BcdStore, manager: BcdObject): BcdObject | undefined {
  const chosen = elementOf(manager, bcdElements.defaultObject);
  if (chosen?.kind === 'string') return objectOf(store, chosen.text);
  const shown = elementOf(manager, bcdElements.displayOrder);
  const [first] = shown?.kind === 'strings' ? shown.texts : [];
  return first === undefined ? undefined : objectOf(store, first);
}

/** Where a store says that the RAM disk file of a boot image lies; null when it does not say. */
export function sdiPathOf(store: BcdStore, target: Extract<BootTarget, { kind: 'ramdisk' }>): string | null {
  const options = objectOf(store, target.options);
  const path = options === undefined ? undefined : elementOf(options, bcdElements.sdiPath);
  return path?.kind === 'string' && path.text !== '' ? path.text : null;
}

function deviceOf(object: BcdObject, type: number): BcdDevice | null {
  const value = elementOf(object, type);
  return value?.kind === 'binary' ? decodeDevice(value.bytes) : null;
}

const binary = (bytes: Uint8Array): BcdValue => ({ kind: 'binary', bytes });
const device = (one: BcdDevice): BcdValue => binary(encodeDevice(one));

/**
 * What to change so that a store starts this drive: the boot manager lies on its EFI partition, and the ramdisk entry
 * and its options on its Windows partition. Only what there is gets changed, and nothing that is not understood: an
 * entry that is no ramdisk entry stays as the enterprise made it.
 */
export function setBootTarget(store: BcdStore, guids: DriveGuids): BcdChange[] {
  const { diskGuid, efiPartitionGuid, windowsPartitionGuid } = guids;
  const efi = { kind: 'gpt', diskGuid, partitionGuid: efiPartitionGuid } as const;
  const windows = { kind: 'gpt', diskGuid, partitionGuid: windowsPartitionGuid } as const;
  const changes: BcdChange[] = [];
  const set = (objectId: string, elementType: number, value: BcdValue): void => {
    changes.push({ objectId, elementType, value });
  };
  if (objectOf(store, bcdObjects.bootManager) === undefined) return [];
  set(bcdObjects.bootManager, bcdElements.device, device(efi));
  const target = bootTargetOf(store);
  if (target.kind !== 'ramdisk') return changes;
  const { objectId, path, options } = target;
  for (const type of [bcdElements.device, bcdElements.osDevice]) {
    set(objectId, type, device({ kind: 'ramdisk', options, source: windows, path }));
  }
  if (objectOf(store, options) !== undefined) set(options, bcdElements.sdiDevice, device(windows));
  return changes;
}

/** Id of the entry in a store that we make. Any will do; one that stays the same can be compared. */
const madeEntry = '{7619dcc9-fafe-11d9-b411-000476eba25f}';

const yes = binary(Uint8Array.of(1));
const text = (value: string): BcdValue => ({ kind: 'string', text: value });

/**
 * A store for a media file that has none: one entry, the media's boot image as a ramdisk.
 * @param sdiPath where boot.sdi lies on the Windows partition
 */
export function newStore(guids: DriveGuids, sdiPath = '\\boot\\boot.sdi'): BcdStore {
  const windows = {
    kind: 'gpt',
    diskGuid: guids.diskGuid,
    partitionGuid: guids.windowsPartitionGuid,
  } as const;
  const efi = { ...windows, partitionGuid: guids.efiPartitionGuid };
  const bootImage = device({
    kind: 'ramdisk',
    options: bcdObjects.ramdiskOptions,
    source: windows,
    path: '\\sources\\boot.wim',
  });
  return {
    objects: [
      {
        id: madeEntry,
        type: bcdObjectTypes.osLoader,
        elements: [
          { type: bcdElements.device, value: bootImage },
          { type: bcdElements.path, value: text('\\windows\\system32\\boot\\winload.efi') },
          { type: bcdElements.description, value: text('Windows PE') },
          { type: bcdElements.osDevice, value: bootImage },
          { type: bcdElements.systemRoot, value: text('\\windows') },
          { type: bcdElements.detectHal, value: yes },
          { type: bcdElements.winPe, value: yes },
        ],
      },
      {
        id: bcdObjects.bootManager,
        type: bcdObjectTypes.bootManager,
        elements: [
          { type: bcdElements.device, value: device(efi) },
          { type: bcdElements.path, value: text('\\EFI\\Microsoft\\Boot\\bootmgfw.efi') },
          { type: bcdElements.description, value: text('Windows Boot Manager') },
          { type: bcdElements.defaultObject, value: text(madeEntry) },
          { type: bcdElements.displayOrder, value: { kind: 'strings', texts: [madeEntry] } },
          // Nobody stands before the machine: it does not wait.
          { type: bcdElements.timeout, value: binary(new Uint8Array(8)) },
        ],
      },
      {
        id: bcdObjects.ramdiskOptions,
        type: bcdObjectTypes.device,
        elements: [
          { type: bcdElements.description, value: text('Ramdisk options') },
          { type: bcdElements.sdiDevice, value: device(windows) },
          { type: bcdElements.sdiPath, value: text(sdiPath) },
        ],
      },
    ],
  };
}
