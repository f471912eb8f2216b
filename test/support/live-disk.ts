import { recordedText } from '../unit/helper/drives/recorded';
import { present } from './present';
import { devicesIn, type Device } from './refusal-lsblk';

const blank = present(devicesIn(recordedText('blank-sata', 'lsblk.json'))[0]);

/** A recorded blank disk under another name: a disk, or a partition, of what lsblk tells in a live system. */
export function liveDisk(name: string, number: string, changes: Partial<Device> = {}): Device {
  return {
    ...blank,
    ...{ name, kname: name, path: `/dev/${name}`, 'maj:min': number, serial: `SERIAL-${name}`, wwn: null },
    ...changes,
  };
}
