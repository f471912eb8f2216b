import { expect } from 'vitest';
import {
  applyScan,
  emptyPairing,
  type Pairing,
  type PairingContext,
  type PairingResult,
} from '../../../../core/pairing/pairing';
import { nothingBefore } from '../../../../core/job/drive-again';
import type { JobMedia } from '../../../../core/pairing/job-media';
import type { ScanReading } from '../../../../core/scan/scan';
import { scanSettingsSchema } from '../../../../core/scan/scan-settings';
import type { ScanCommand } from '../../../../core/scan/scan-outcome';
import { timeouts } from '../../../../core/base/timeouts';
import { sampleDrive } from '../drive/drives';

/** A station with five bays, and scans of every kind. */

export const drive = (number: number, changes = {}): ReturnType<typeof sampleDrive> =>
  sampleDrive({ id: `d${number}`, serial: `DRIVE-000${number}`, wwn: null, ...changes });

export const reasons = [
  { code: 'mounted', message: 'It is mounted.' },
  { code: 'swap', message: 'It holds swap.' },
] as const;

/** Bays 1 to 3 with free drives, 4 with a blocked one, 5 empty; operator and media are there. */
export function world(changes: Partial<PairingContext> = {}): PairingContext {
  return {
    operator: 'Ada',
    mediaStatus: 'proved',
    jobMedia: theMedia(),
    drives: [drive(1), drive(2), drive(3), drive(4, { verdict: 'blocked', reasons })],
    bays: [1, 2, 3, 4, 5].map((number) => ({
      label: `bay ${number}`,
      port: null,
      driveId: number === 5 ? null : `d${number}`,
    })),
    jobs: new Map(),
    takeOut: [],
    gone: 0,
    line: null,
    notices: 0,
    runningMachines: new Set(),
    scanSettings: scanSettingsSchema.parse({}),
    isOrdered: () => false,
    inOrder: () => true,
    shippedOn: () => null,
    againAllowed: () => false,
    driveBefore: () => nothingBefore,
    driveAllowed: () => false,
    openOrder: () => null,
    orderLeft: () => null,
    workOrder: '',
    sinceLastSame: null,
    sinceLastRead: null,
    sinceLastPair: null,
    starting: false,
    ...changes,
  };
}

/** The media that is chosen: proved, of an order that allows any, and no other is known. */
export function theMedia(changes: Partial<JobMedia> = {}): JobMedia {
  return {
    chosen: { name: 'contoso.wim', sha256: 'a'.repeat(64), expected: 'a'.repeat(64), refused: false },
    ticket: null,
    ordered: () => null,
    isKnown: () => false,
    ...changes,
  };
}

export const machine = (serial: string): ScanReading => ({ kind: 'machine', serial });
export const bay = (number: number): ScanReading => ({ kind: 'bay', label: `bay ${number}` });
export const inBay = (number: number): ScanReading => ({ kind: 'drive', driveId: `d${number}` });
export const command = (name: ScanCommand): ScanReading => ({ kind: 'command', command: name });
/** The scanner read the same barcode twice. */
export const again = { sinceLastSame: timeouts.doubleRead - 1, sinceLastRead: timeouts.doubleRead - 1 };
/** A hand scanned it once more. */
export const later = { sinceLastSame: timeouts.doubleRead, sinceLastRead: timeouts.doubleRead };
/** The same for START. */
export const startAgain = {
  sinceLastSame: timeouts.startRepeat - 1,
  sinceLastRead: timeouts.startRepeat - 1,
};
export const startLater = { sinceLastSame: timeouts.startRepeat, sinceLastRead: timeouts.startRepeat };
/** Scans that must all be accepted. */
export function after(
  readings: readonly ScanReading[],
  context = world(),
  from: Pairing = emptyPairing,
): Pairing {
  return readings.reduce((state, reading) => {
    const result = applyScan(state, reading, context);
    expect(result.outcome).toMatchObject({ result: 'accepted' });
    return result.state;
  }, from);
}

export function expectRefused(
  state: Pairing,
  result: PairingResult,
  reason: string,
  expected?: string,
  detail?: string | null,
): void {
  expect(result.outcome).toMatchObject({
    result: 'refused',
    reason,
    ...(expected === undefined ? {} : { expected }),
    ...(detail === undefined ? {} : { detail }),
  });
  expect(result.state).toBe(state);
  expect(result.action).toEqual({ type: 'none' });
}

export const waiting = after([machine('PC-1')]);
export const paired = after([machine('PC-1'), bay(2)]);
export const armed = after([command('START')], world(), paired);
export const pairOf = (serial: string, number: number): object => ({
  machineSerial: serial,
  driveId: `d${number}`,
  bay: `bay ${number}`,
});
