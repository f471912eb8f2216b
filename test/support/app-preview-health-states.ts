import type { HealthsState } from '../../core/contract/app-health';
import { someDriveHealth } from './some-health';
import { defaultHealthRules, findingsOf } from '../../core/health/health-rules';
import { withHealth } from '../../core/health/health-words';
import type { DriveHealth } from '../../core/health/health';
import type { Preview } from './app-preview-states';
import { numbers, ready, someDrive, withDrives } from './app-samples';

/** Drives with every kind of health, and one whose size is checked. */

const healths: readonly DriveHealth[] = [
  someDriveHealth(),
  someDriveHealth({ reallocated: 3, powerOnHours: 41_233 }),
  someDriveHealth({ overall: 'failed', pending: 12 }),
  { known: false, reason: 'smartctl says: /dev/sdd: Unknown USB bridge [0x152d:0x0583 (0x209)]' },
  someDriveHealth({ protocol: 'nvme', reallocated: null, pending: null, percentageUsed: 4, mediaErrors: 0 }),
];

const drives = numbers(6).map((number) => {
  const health = healths[number - 1] ?? null;
  return withHealth(someDrive(number), health, defaultHealthRules);
});
const told: HealthsState = healths.map((health, index) => ({
  driveId: someDrive(index + 1).id,
  health,
  findings: findingsOf(health, defaultHealthRules),
}));
const state = { ...withDrives(ready, drives), healths: told };
const checking = {
  ...state,
  sizeChecks: [
    { driveId: someDrive(1).id, status: 'running' as const, done: 320e9, total: 1000e9 },
    {
      driveId: someDrive(2).id,
      status: 'ended' as const,
      check: {
        verdict: { what: 'wraps' as const, realBytes: 32e9, position: 0, foundPosition: 480e9 },
        ...{ bytes: 500_107_862_016, writeSeconds: 1200, readSeconds: 1100 },
      },
      ledgerEntry: 218,
    },
  ],
};

export const healthPreviews: Readonly<Record<string, Preview>> = {
  'health-cards': { state },
  'health-details': { state, press: 'Bay 2: Ready', wait: 'Real size' },
  'size-checking': { state: checking, press: 'Bay 1: Ready', wait: 'Cancel check' },
  'size-wraps': { state: checking, press: 'Bay 2: Ready', wait: 'Hold to erase and check' },
};
