import type { BatchState } from '../../core/contract/app-batch';
import type { AppBootTest, AppJob, DrivesState } from '../../core/contract/app-bench';
import type { AppRack } from '../../core/contract/app-rack';
import { codesAsking } from '../../core/machine/admission-code';
import type { LiveForPairing } from '../../core/pairing/own-step';
import type { AppSettings } from '../../core/settings/settings';
import { jobMediaOf } from './job-media';
import type { KnownMedia } from './known-media';
import type { MediaVerifier } from './media-verifier';
import type { OrderService } from './order-service';
import type { PairingServiceDependencies } from './pairing-dependencies';
import { PairingService } from './pairing-service';
import type { ScanMemory } from './scan-memory';
import { ShippedMemory } from './shipped-memory';

/** The services of the app that its pairing reads, each when it is needed. */
export interface PairingNeighbours {
  readonly batch: { readonly state: BatchState };
  readonly before: { of: PairingServiceDependencies['driveBefore'] };
  readonly bootTests: { readonly states: readonly AppBootTest[] };
  readonly drives: { readonly state: DrivesState };
  readonly erasures: { readonly running: readonly string[] };
  readonly jobs: { readonly jobs: readonly AppJob[] };
  readonly knownMedia: KnownMedia;
  readonly live: { readonly forPairing: Pick<LiveForPairing, 'own'> | null };
  readonly media: MediaVerifier;
  readonly memory: ScanMemory;
  readonly notices: { readonly list: readonly unknown[] };
  readonly orders: Pick<OrderService, 'allows' | 'names' | 'openNumber' | 'left' | 'current'>;
  readonly rack: { readonly connected: ReadonlySet<string>; readonly state: Pick<AppRack, 'machines'> };
  readonly pasts: { of: PairingServiceDependencies['pastOf'] };
  readonly settings: { readonly current: { readonly desk: AppSettings } };
  readonly sizeChecks: { readonly running: readonly string[] };
  readonly takenOut: { readonly machines: readonly string[]; readonly gone: readonly string[] };
}

/** The pairing of the app. */
export function pairingOf(
  app: PairingNeighbours,
  ledger: ConstructorParameters<typeof ShippedMemory>[0],
): PairingService {
  const shipped = new ShippedMemory(ledger);
  return new PairingService({
    settings: () => app.settings.current.desk,
    drives: () => app.drives.state,
    connected: () => app.rack.connected,
    codes: () => codesAsking(app.rack.state.machines),
    media: () => app.media.state,
    jobMedia: jobMediaOf(app.media, app.knownMedia, () => app.orders.current),
    batch: () => app.batch.state,
    jobs: () => app.jobs.jobs,
    atWork: () => [...app.erasures.running, ...app.sizeChecks.running],
    bootTests: () => app.bootTests.states,
    memory: app.memory,
    shippedOn: (serial) => shipped.on(serial),
    pastOf: (drive) => app.pasts.of(drive),
    driveBefore: (driveId) => app.before.of(driveId),
    inOrder: (serial) => app.orders.allows(serial),
    isOrdered: (serial) => app.orders.names(serial),
    openOrder: () => app.orders.openNumber,
    orderEnd: () => app.orders.current?.order.atEnd ?? null,
    orderLeft: () => app.orders.left,
    takenOut: () => app.takenOut.machines,
    gone: () => app.takenOut.gone,
    live: () => app.live.forPairing,
    notices: () => app.notices.list.length,
  });
}
