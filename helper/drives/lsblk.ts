import { z } from 'zod';
import { sanitizeForDisplay } from '../../core/base/display';
import { listingFailed } from './listing-failed';

/** One device as lsblk reports it. Figures that are absent or not understood are null, never a default. */
export interface LsblkDevice {
  /** Kernel name: sda, dm-0. */
  readonly kernelName: string;
  /** Device-mapper name where there is one, else the kernel name. */
  readonly name: string;
  readonly path: string;
  readonly type: string;
  /** `major:minor`. */
  readonly deviceNumber: string | null;
  /** Bytes. */
  readonly size: number | null;
  /** Bytes. */
  readonly logicalSectorSize: number | null;
  /** Bytes. */
  readonly physicalSectorSize: number | null;
  readonly readOnly: boolean | null;
  readonly removable: boolean | null;
  readonly rotational: boolean | null;
  readonly model: string | null;
  readonly vendor: string | null;
  readonly serial: string | null;
  readonly wwn: string | null;
  readonly transport: string | null;
  readonly subsystems: string | null;
  readonly zoned: string | null;
  readonly fileSystem: string | null;
  readonly label: string | null;
  readonly partitionTable: string | null;
  /** GUID of the partition table on it, lower case; null when there is none, or it is no GUID (an MBR has a number). */
  readonly diskGuid: string | null;
  readonly partitionType: string | null;
  /** Name of the partition in its table. */
  readonly partitionLabel: string | null;
  readonly mountPoints: readonly string[];
  /** lsblk calls it swap in use. */
  readonly swap: boolean;
  readonly children: readonly LsblkDevice[];
}

// Before util-linux 2.33 lsblk prints every figure as a string, and flags as "0" and "1".
const figure = z
  .union([z.number(), z.string().regex(/^\d+$/).transform(Number)])
  .refine((value) => Number.isSafeInteger(value) && value >= 0)
  .nullable()
  .catch(null)
  .default(null);
const flag = z
  .union([
    z.boolean(),
    z.union([z.literal(1), z.literal('1')]).transform(() => true),
    z.union([z.literal(0), z.literal('0')]).transform(() => false),
  ])
  .nullable()
  .catch(null)
  .default(null);
const text = z.string().nullable().catch(null).default(null);

const rawDeviceSchema = z.looseObject({
  name: z.string().min(1),
  kname: text,
  path: text,
  type: text,
  'maj:min': text,
  size: figure,
  'log-sec': figure,
  'phy-sec': figure,
  ro: flag,
  rm: flag,
  rota: flag,
  model: text,
  vendor: text,
  serial: text,
  wwn: text,
  tran: text,
  subsystems: text,
  zoned: text,
  fstype: text,
  label: text,
  pttype: text,
  ptuuid: text,
  parttypename: text,
  partlabel: text,
  // Not lenient: a mount or a child that is not understood must not be lost.
  mountpoint: z.string().nullish(),
  mountpoints: z.array(z.string().nullable()).nullish(),
  children: z.array(z.unknown()).nullish(),
});

// Not z.uuid(): a GUID may have any version and variant.
const guidSchema = z.guid();

const documentSchema = z.looseObject({ blockdevices: z.array(z.unknown()) });

/**
 * Reads what `lsblk --json --bytes --output-all` prints (util-linux 2.27 to 2.41).
 * @throws PrestageError drive-listing-failed
 */
export function parseLsblk(output: string): LsblkDevice[] {
  // Some versions pass control characters of a model name through unescaped, which is not JSON.
  const printable = output.replace(/[\u0000-\u0009\u000b-\u001f]/g, ' ');
  try {
    return documentSchema.parse(JSON.parse(printable)).blockdevices.map(parseDevice);
  } catch (error) {
    throw listingFailed('the output of lsblk could not be read', error);
  }
}

function parseDevice(value: unknown): LsblkDevice {
  const raw = rawDeviceSchema.parse(value);
  const mounts = [...(raw.mountpoints ?? []), raw.mountpoint ?? null].filter((mount) => mount !== null);
  const kernelName = raw.kname ?? raw.name;
  return {
    kernelName,
    name: raw.name,
    path: raw.path ?? `/dev/${kernelName}`,
    type: raw.type ?? '',
    deviceNumber: readDeviceNumber(raw['maj:min']),
    size: raw.size,
    logicalSectorSize: raw['log-sec'],
    physicalSectorSize: raw['phy-sec'],
    readOnly: raw.ro,
    removable: raw.rm,
    rotational: raw.rota,
    model: raw.model,
    vendor: raw.vendor,
    serial: raw.serial,
    wwn: raw.wwn,
    transport: raw.tran,
    subsystems: raw.subsystems,
    zoned: raw.zoned,
    fileSystem: raw.fstype,
    label: raw.label,
    partitionTable: raw.pttype,
    diskGuid: raw.pttype === 'gpt' ? readGuid(raw.ptuuid) : null,
    partitionType: raw.parttypename,
    partitionLabel: raw.partlabel,
    mountPoints: [...new Set(mounts)].filter((mount) => mount !== '' && mount !== '[SWAP]'),
    swap: mounts.includes('[SWAP]'),
    children: (raw.children ?? []).map(parseDevice),
  };
}

function readGuid(text: string | null): string | null {
  return guidSchema.safeParse(text?.trim().toLowerCase()).data ?? null;
}

function readDeviceNumber(text: string | null): string | null {
  const trimmed = text?.trim() ?? '';
  return /^\d+:\d+$/.test(trimmed) ? trimmed : null;
}

/** A device and everything below it, the device first. */
export function flattenLsblk(devices: readonly LsblkDevice[]): LsblkDevice[] {
  return devices.flatMap((device) => [device, ...flattenLsblk(device.children)]);
}

/** Vendor and model as people know the drive, safe to show; null when it tells neither. */
export function modelOf(device: Pick<LsblkDevice, 'model' | 'vendor'>): string | null {
  const model = sanitizeForDisplay(device.model ?? '');
  const vendor = sanitizeForDisplay(device.vendor ?? '');
  // "ATA" is what the kernel says for every SATA drive; virtio and PCI give a number.
  const tells = vendor !== '' && vendor !== 'ATA' && !vendor.startsWith('0x');
  if (!tells || model.toLowerCase().startsWith(vendor.toLowerCase())) return model === '' ? null : model;
  return sanitizeForDisplay(`${vendor} ${model}`);
}
