import type { FleetService } from '../fleet/fleet-service';
import type { BatchService } from './batch-service';
import type { BootTests } from './boot-tests';
import type { DriveList } from './drive-list';
import { withPulledDrives } from './drives-view';
import type { HealthService } from './health-service';
import type { JobService } from './job-service';
import type { LibraryService } from './library-service';
import type { MediaVerifier } from './media-verifier';
import type { NoticeService } from './notices';
import type { OrderService } from './order-service';
import type { PairingService } from './pairing-service';
import type { PastService } from './past-service';
import type { ProgressService } from './progress-service';
import type { SettingsService } from './settings-service';
import type { SizeChecks } from './size-checks';
import type { StatePublisher } from './state-publisher';
import type { StationService } from './station-service';

/** The services that hold what the page is shown. */
interface Stateful {
  readonly batch: BatchService;
  readonly bootTests: BootTests;
  readonly drives: DriveList;
  readonly fleet: FleetService;
  readonly healths: HealthService;
  readonly jobs: JobService;
  readonly library: LibraryService;
  readonly media: MediaVerifier;
  readonly notices: NoticeService;
  readonly orders: OrderService;
  readonly pairing: PairingService;
  readonly pasts: PastService;
  readonly progress: ProgressService;
  readonly settings: SettingsService;
  readonly sizeChecks: SizeChecks;
  readonly station: StationService;
}

/** Which service each part of the app's state comes from. */
export function stateSources(services: Stateful): ConstructorParameters<typeof StatePublisher>[0] {
  return {
    station: () => services.station.state,
    settings: () => services.settings.shown,
    drives: () => withPulledDrives(services.drives.state, services.jobs.jobs),
    pasts: () => services.pasts.state,
    healths: () => services.healths.state,
    sizeChecks: () => services.sizeChecks.states,
    media: () => services.media.state,
    library: () => services.library.state,
    batch: () => services.batch.state,
    order: () => services.orders.state,
    pairing: () => services.pairing.state,
    jobs: () => services.jobs.jobs,
    progress: () => services.progress.state,
    rehearsals: () => services.bootTests.states,
    notices: () => services.notices.list,
    fleet: () => services.fleet.state,
  };
}
