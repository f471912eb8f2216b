import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bcdElements, bcdObjects, bcdObjectTypes, type BcdValue } from '../../core/boot/bcd';
import { encodeDevice } from '../../core/boot/bcd-device';
import { newStore } from '../../core/boot/bcd-rules';
import { inTemporaryFolder } from '../tools/disk';
import { createBootStore } from './hive';

/** A boot store as bootable media has it: everything lies where it was started from. */
export async function mediaStore(
  starts: 'boot image' | 'windows' = 'boot image',
  signal = new AbortController().signal,
): Promise<Buffer> {
  const boot: BcdValue = { kind: 'binary', bytes: encodeDevice({ kind: 'boot' }) };
  const image: BcdValue = {
    kind: 'binary',
    bytes: encodeDevice({
      kind: 'ramdisk',
      options: bcdObjects.ramdiskOptions,
      source: { kind: 'boot' },
      path: '\\sources\\boot.wim',
    }),
  };
  const loader = starts === 'windows' ? boot : image;
  const driveImage = newStore({
    diskGuid: nobody,
    efiPartitionGuid: nobody,
    windowsPartitionGuid: nobody,
  });
  const devices = new Map([
    [bcdElements.device, boot],
    [bcdElements.sdiDevice, boot],
  ] as [number, BcdValue][]);
  const objects = driveImage.objects.map((object) => ({
    ...object,
    elements: object.elements.map((element) => {
      const isLoader = object.type === bcdObjectTypes.osLoader;
      const isDevice = element.type === bcdElements.device || element.type === bcdElements.osDevice;
      return {
        ...element,
        value: isLoader && isDevice ? loader : (devices.get(element.type) ?? element.value),
      };
    }),
  }));
  return await inTemporaryFolder('media-store', async (folder) => {
    await createBootStore(join(folder, 'BCD'), { objects }, signal);
    return await readFile(join(folder, 'BCD'));
  });
}

const nobody = '00000000-0000-0000-0000-000000000000';
