import { withPulledDrives } from './drives-view';
import type { StatePublisher } from './state-publisher';
import type { WiredServices } from './wiring';

/** Which service each part of the app's state comes from. */
export function stateSources(services: WiredServices): ConstructorParameters<typeof StatePublisher>[0] {
  return {
    station: () => services.station.state,
    settings: () => services.settings.shown,
    drives: () => withPulledDrives(services.drives.state, services.jobs.jobs),
    pasts: () => services.pasts.state,
    healths: () => services.healths.state,
    sizeChecks: () => services.sizeChecks.states,
    erasePlans: () => services.erasePlans.state,
    erasures: () => services.erasures.states,
    media: () => services.media.state,
    library: () => services.library.state,
    batch: () => services.batch.state,
    order: () => services.orders.state,
    pairing: () => services.pairing.state,
    startPlan: () => services.startPlan.state,
    jobs: () => services.jobs.jobs,
    progress: () => services.progress.state,
    rehearsals: () => services.bootTests.states,
    notices: () => services.notices.list,
    fleet: () => services.fleet.state,
    live: () => services.live.state,
    rack: () => services.rack.state,
    mirror: () => services.mirror.state,
  };
}
