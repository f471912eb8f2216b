import type { BayPlace } from '../../../../core/drive/bays';
import { readScan, type ScanReading } from '../../../../core/scan/scan';
import { appSettingsSchema, type AppSettings } from '../../../../core/settings/settings';
import { sampleDrive } from '../drive/drives';

/** Drives and bays of a station, and what a text means there. */

export const drives = [
  sampleDrive({ id: 'S5GXNX0T100001-1A2B3C4D', serial: 'S5GXNX0T100001', wwn: '0x5002538d00000001' }),
  sampleDrive({ id: 'WD-WX41A1234567-00000002', serial: 'WD-WX41A1234567', wwn: '0x50014ee2bc654321' }),
  sampleDrive({ id: 'NVME-00000003', serial: '21473A800123', wwn: 'eui.e8238fa6bf530001001b448b46123456' }),
  // A USB bridge gives every drive its own number.
  sampleDrive({ id: 'BRIDGE-00000004', serial: 'DD5641988396', wwn: null }),
  sampleDrive({ id: 'BRIDGE-00000005', serial: 'DD5641988396', wwn: null }),
  sampleDrive({ id: 'NONE-00000006', serial: null, wwn: null }),
];

export const [samsung, western, nvme, bridge] = drives.map(({ id }) => id);
export const bays: BayPlace[] = [
  { label: '7', port: 'p7', driveId: samsung ?? null },
  { label: 'Bay 8', port: 'p8', driveId: western ?? null },
  { label: 'A-3', port: 'p9', driveId: null },
  { label: '#', port: 'p10', driveId: null },
];

export function read(text: string, changes: Partial<AppSettings> = {}): ScanReading {
  return readScan(text, { settings: { ...appSettingsSchema.parse({}), ...changes }, bays, drives });
}
