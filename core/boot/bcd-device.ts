/**
 * How a BCD element of type device is written. Microsoft documents only its WMI form; the bytes follow what stores
 * made by Windows hold and the structures published for the boot library (BL_DEVICE_DESCRIPTOR, BL_LOCAL_DEVICE,
 * BL_FILE_PATH_DESCRIPTOR; ReactOS, boot/environ/include/bl.h). All numbers are little endian 32-bit:
 *
 * ```
 *  0  16  id of the object with additional options, zero when there is none
 * 16   4  device type: 5 boot, 6 partition, 0 disk (with a local device type behind)
 * 20   4  flags
 * 24   4  length from byte 16 on
 * 28   4  zero
 * 32      partition:  16 partition GUID (MBR: 8 bytes of offset)
 *                      4 zero (hard disk), 4 style: 0 GPT, 1 MBR
 *                     16 disk GUID (MBR: 4 bytes of signature), 16 zero
 *         ramdisk:     4 local device type 3, 20 zero (base, size, offset)
 *                      4 version 1, 4 length from here on, 4 path type 5
 *                     72 descriptor of the device that holds the file, as from byte 16 on
 *                        path, UTF-16, with a zero at its end
 * ```
 */
export type BcdDevice =
  /** Where the boot application was started from. */
  | { readonly kind: 'boot' }
  | { readonly kind: 'gpt'; readonly diskGuid: string; readonly partitionGuid: string }
  | {
      readonly kind: 'ramdisk';
      /** Id of the device options object. */
      readonly options: string;
      readonly source: Extract<BcdDevice, { kind: 'boot' | 'gpt' }>;
      /** For example `\sources\boot.wim`. */
      readonly path: string;
    }
  /** What is not understood, or is not written as we would write it. Encodes to the same bytes. */
  | { readonly kind: 'unknown'; readonly bytes: Uint8Array };

const noOptions = '{00000000-0000-0000-0000-000000000000}';
const deviceTypes = { disk: 0, boot: 5, partition: 6 };
const ramdiskType = 3;
const fileVersion = 1;
const filePathType = 5;
/** Bytes. */
const optionsLength = 16;
const descriptorLength = 72;
const ramdiskHeader = 56;
const pathAt = ramdiskHeader + 12 + descriptorLength;

/** Writes a device element. Decoding gives the same device back. */
export function encodeDevice(device: BcdDevice): Uint8Array {
  switch (device.kind) {
    case 'unknown':
      return device.bytes;
    case 'boot':
    case 'gpt': {
      const bytes = new Uint8Array(optionsLength + descriptorLength);
      writeDescriptor(bytes, optionsLength, device);
      return bytes;
    }
    case 'ramdisk': {
      const bytes = new Uint8Array(pathAt + 2 * device.path.length + 2);
      const view = new DataView(bytes.buffer);
      bytes.set(guidBytes(device.options), 0);
      view.setUint32(16, deviceTypes.disk, true);
      view.setUint32(20, 1, true);
      view.setUint32(24, bytes.length - optionsLength, true);
      view.setUint32(32, ramdiskType, true);
      view.setUint32(ramdiskHeader, fileVersion, true);
      view.setUint32(ramdiskHeader + 4, bytes.length - ramdiskHeader, true);
      view.setUint32(ramdiskHeader + 8, filePathType, true);
      writeDescriptor(bytes, ramdiskHeader + 12, device.source);
      for (let index = 0; index < device.path.length; index += 1) {
        view.setUint16(pathAt + 2 * index, device.path.charCodeAt(index), true);
      }
      return bytes;
    }
  }
}

/** Reads a device element. Whatever it answers encodes to exactly the same bytes. */
export function decodeDevice(bytes: Uint8Array): BcdDevice {
  const device = readDevice(bytes);
  return device !== null && sameBytes(encodeDevice(device), bytes) ? device : { kind: 'unknown', bytes };
}

function readDevice(bytes: Uint8Array): BcdDevice | null {
  if (bytes.length < optionsLength + descriptorLength) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const options = guidText(bytes.subarray(0, optionsLength));
  if (options === noOptions) return readDescriptor(bytes, optionsLength);
  if (bytes.length < pathAt + 2 || view.getUint32(32, true) !== ramdiskType) return null;
  const source = readDescriptor(bytes, ramdiskHeader + 12);
  if (source === null) return null;
  const units: number[] = [];
  for (let at = pathAt; at + 3 < bytes.length; at += 2) units.push(view.getUint16(at, true));
  return { kind: 'ramdisk', options, source, path: units.map((unit) => String.fromCharCode(unit)).join('') };
}

function writeDescriptor(
  bytes: Uint8Array,
  at: number,
  device: Extract<BcdDevice, { kind: 'boot' | 'gpt' }>,
): void {
  const view = new DataView(bytes.buffer);
  view.setUint32(at, device.kind === 'boot' ? deviceTypes.boot : deviceTypes.partition, true);
  view.setUint32(at + 8, descriptorLength, true);
  if (device.kind === 'boot') return;
  bytes.set(guidBytes(device.partitionGuid), at + 16);
  bytes.set(guidBytes(device.diskGuid), at + 40);
}

function readDescriptor(bytes: Uint8Array, at: number): Extract<BcdDevice, { kind: 'boot' | 'gpt' }> | null {
  const type = new DataView(bytes.buffer, bytes.byteOffset + at, 4).getUint32(0, true);
  if (type === deviceTypes.boot) return { kind: 'boot' };
  if (type !== deviceTypes.partition) return null;
  return {
    kind: 'gpt',
    partitionGuid: bare(guidText(bytes.subarray(at + 16, at + 32))),
    diskGuid: bare(guidText(bytes.subarray(at + 40, at + 56))),
  };
}

const bare = (id: string): string => id.slice(1, -1);

/** Which byte of a GUID's text stands where: the first three fields are little endian. */
const guidOrder = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];

/** A GUID's 16 bytes, from its text with or without braces. */
export function guidBytes(text: string): Uint8Array {
  const digits = text.replace(/[{}-]/g, '');
  if (!/^[0-9a-fA-F]{32}$/.test(digits)) throw new Error(`not a GUID: ${text}`);
  return Uint8Array.from(guidOrder, (place) => Number.parseInt(digits.slice(2 * place, 2 * place + 2), 16));
}

/** `{…}`, lower case, from 16 bytes. */
export function guidText(bytes: Uint8Array): string {
  const digits = guidOrder.map((place) => (bytes[place] ?? 0).toString(16).padStart(2, '0')).join('');
  const part = (from: number, to: number): string => digits.slice(from, to);
  return `{${part(0, 8)}-${part(8, 12)}-${part(12, 16)}-${part(16, 20)}-${part(20, 32)}}`;
}

function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}
