import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { standIn } from './refusal-run';

const deviceSchema: z.ZodType<Device> = z.looseObject({
  name: z.string(),
  kname: z.string(),
  path: z.string(),
  type: z.string(),
  'maj:min': z.string(),
  get children() {
    return z.array(deviceSchema).optional();
  },
});
/** One device in the document of lsblk, with every column it has. */
export interface Device {
  [column: string]: unknown;
  name: string;
  kname: string;
  path: string;
  type: string;
  'maj:min': string;
  children?: Device[] | undefined;
}

const documentSchema = z.object({ blockdevices: z.array(deviceSchema) });

/** The devices of a recorded listing. */
export function devicesIn(lsblkJson: string): Device[] {
  return documentSchema.parse(JSON.parse(lsblkJson)).blockdevices;
}

/** The device, and everything stacked on it, each changed. */
export function changeDevices(device: Device, change: (device: Device) => Device): Device {
  const changed = change({ ...device });
  return changed.children === undefined
    ? changed
    : { ...changed, children: changed.children.map((child) => changeDevices(child, change)) };
}

/** A folder with an lsblk that prints these devices, to go first on PATH. */
export function standInLsblk(folder: string, devices: readonly Device[]): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'names.json'), JSON.stringify({ blockdevices: devices }));
  standIn(folder, 'lsblk', `exec cat '${folder}/names.json'`);
  return folder;
}
