import type { AppErasure, ErasePlansState } from '../../core/contract/app-erase';
import type { AppState } from '../../core/contract/app';
import { errorData } from '../../core/base/errors';
import { overwriteOnly, type Abilities } from '../../core/sanitise/methods';
import { withHidden } from '../../core/sanitise/choose';
import type { Sanitised } from '../../core/sanitise/sanitised';
import type { Preview } from './app-preview-states';
import { numbers, pairsOf, ready, someDrive, withDrives } from './app-samples';

/** Drives that are erased for no machine, in every state, and how they would be. */

const hides: Abilities = {
  ...overwriteOnly(),
  ...{ hidden: [{ kind: 'hpa', bytes: 8_589_934_592 }], lift: 508_697_796_608 },
};
const drives = numbers(6).map((number) =>
  number === 3 ? withHidden(someDrive(number), hides) : someDrive(number),
);
const told = { hidden: [], notKnown: [] };
const plans: ErasePlansState = numbers(6).map((number) => ({
  driveId: someDrive(number).id,
  plan:
    number === 3
      ? {
          ...{ can: true, ...told, method: 'ata-sanitize-block', nist: 'clear', seconds: 3600 },
          ...{ hidden: hides.hidden, lift: { size: 508_697_796_608, nist: 'purge' } },
        }
      : number === 4
        ? {
            can: false,
            error: errorData({
              code: 'drive-frozen',
              message:
                'The drive in bay 4 is frozen: the firmware of this computer keeps it from erasing itself.',
            }),
          }
        : { can: true, ...told, method: 'nvme-sanitize-block', nist: 'purge', seconds: 130 },
}));
const erased: Sanitised = {
  before: {
    ...{ size: 500_107_862_016, table: 'gpt' },
    partitions: [{ size: 499e9, type: 'EBD0A0A2-B9E5-4433-87C0-68B6B72699C7' }],
  },
  ...{ method: 'nvme-sanitize-block', nist: 'purge', outcome: 'erased', why: null, seconds: 132, hidden: [] },
  samples: { samples: 258, blank: 4128, changed: 0, unchanged: 0, unread: 0 },
};
const why =
  '3 pieces of 64 KiB still hold what was there before, though the drive reported that it has erased itself.';
const erasures: AppErasure[] = [
  { driveId: someDrive(1).id, status: 'ended', sanitised: erased, ledgerEntry: 412 },
  {
    ...{ driveId: someDrive(2).id, status: 'ended', ledgerEntry: 414 },
    sanitised: {
      ...{ ...erased, outcome: 'not-erased', why },
      samples: { samples: 258, blank: 4125, changed: 0, unchanged: 3, unread: 0 },
    },
  },
  {
    ...{ driveId: someDrive(3).id, status: 'ended', ledgerEntry: 416 },
    sanitised: {
      ...{ before: erased.before, hidden: [], nist: 'clear', method: 'overwrite', seconds: 40 },
      ...{ outcome: 'not-known', why: 'The overwrite was cancelled.' },
    },
  },
  {
    ...{ driveId: someDrive(5).id, status: 'running', done: 180e9, total: 500e9 },
    shown: { method: 'nvme-sanitize-block', nist: 'purge' },
  },
  { driveId: someDrive(6).id, status: 'running', shown: null, done: 0, total: 0 },
];
const found: AppErasure = {
  ...{ driveId: someDrive(1).id, status: 'failed' },
  error: errorData({
    code: 'drive-holds-finished',
    message: 'The drive in bay 1 holds the finished image for machine 5CD1234XY1.',
  }),
};
const state: AppState = { ...withDrives(ready, drives), erasePlans: plans };
const rack: AppState = {
  ...state,
  settings: { ...state.settings, desk: { ...state.settings.desk, benchView: 'rack' } },
};
const rackOf = { state: rack, choose: 'Bay 1: Ready', keys: ['Shift+ArrowRight'] };

export const erasePreviews: Readonly<Record<string, Preview>> = {
  'erase-cards': { state: { ...state, erasures } },
  'erase-rack': { state: { ...rack, erasures } },
  'erase-list': { ...rackOf, press: 'Erase 2 drives …', wait: 'How it is erased' },
  // The list could not tell what the first one holds: that it was refused for it asks for the reason.
  'erase-found': {
    ...{ ...rackOf, choose: 'Bay 1: Erase failed', press: 'Erase 2 drives …' },
    state: { ...rack, erasures: [found] },
    wait: 'Why drives are erased that hold a finished image',
  },
  'erase-details': { state, press: 'Bay 3: Ready', wait: 'Erase …' },
  'erase-ended': { state: { ...state, erasures }, press: 'Bay 1: Erased', wait: 'Certificate' },
  'erase-start': {
    state: {
      ...state,
      pairing: { ...state.pairing, pairs: pairsOf([1, 3, 4, 5]), obstacles: [], armed: true },
    },
  },
};
