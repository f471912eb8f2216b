import type { LiveForPairing } from '../../core/pairing/own-step';
import type { PairingContext } from '../../core/pairing/pairing';
import type { ScanContext } from '../../core/scan/scan';
import type { AskedReason } from './asked-reason';
import { jobsForPairing } from './jobs-for-pairing';
import type { PairingServiceDependencies } from './pairing-dependencies';

/** What a barcode is compared with. */
export function scanContext({ settings, drives, isOrdered, codes }: PairingServiceDependencies): ScanContext {
  const { drives: attached, bays } = drives();
  return { settings: settings(), bays, drives: attached, isOrdered, codes: codes() };
}

/** The world as the pairing sees it; when the same text was scanned before, a scan says itself. */
export function pairingContext(
  dependencies: PairingServiceDependencies,
  own: {
    readonly reasons: Pick<AskedReason, 'machines' | 'drives'>;
    readonly starting: boolean;
    readonly sinceLastPair: number | null;
  },
): PairingContext {
  const { settings, drives, media, jobMedia, batch, jobs, bootTests, shippedOn } = dependencies;
  const { inOrder, isOrdered, openOrder, orderEnd, orderLeft } = dependencies;
  return {
    operator: batch().operator,
    mediaStatus: media().status,
    jobMedia: jobMedia(),
    drives: drives().drives,
    connected: dependencies.connected(),
    bays: drives().bays,
    ...jobsForPairing(jobs(), bootTests(), drives().bays, dependencies.atWork()),
    gone: dependencies.gone().length,
    line: settings().benchView === 'line' ? { takenOut: dependencies.takenOut().length } : null,
    live: liveFor(dependencies),
    notices: dependencies.notices(),
    scanSettings: settings(),
    isOrdered,
    inOrder,
    shippedOn,
    againAllowed: (serial) => own.reasons.machines.has(serial),
    driveBefore: (driveId) => dependencies.driveBefore(driveId),
    driveAllowed: (driveId) => own.reasons.drives.has(driveId),
    openOrder,
    orderEnd,
    orderLeft,
    workOrder: batch().workOrder,
    sinceLastSame: null,
    sinceLastRead: null,
    sinceLastPair: own.sinceLastPair,
    starting: own.starting,
  };
}

/** OFF was asked about by the scan before, and nothing has changed since. */
function liveFor({ live, memory }: PairingServiceDependencies): LiveForPairing | null {
  const known = live();
  const last = memory.last;
  const offAsked =
    last?.holds === true && last.outcome.result === 'accepted' && last.outcome.effect === 'off-asked';
  return known === null ? null : { ...known, offAsked };
}
