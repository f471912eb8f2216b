import { isInRack } from '../../core/drive/drive';
import { diskRuleOf } from '../../core/rack/rack-choices';
import type { RackSettings } from '../../core/settings/rack-settings';
import type { Helpers } from '../helper-client/helpers';
import { RackHelpers } from '../rack/rack-helpers';
import { defaultOperator } from '../jobs/open-station';
import type { Ledger } from '../ledger/ledger';
import type { StatePaths } from '../state/state-paths';
import type { BatchService } from './batch-service';
import type { DriveList } from './drive-list';
import type { Erasures } from './erasures';
import type { JobService } from './job-service';
import type { MediaVerifier } from './media-verifier';
import type { NoticeService } from './notices';
import type { OrderService } from './order-service';
import type { PairingService } from './pairing-service';
import { MirrorService } from './mirror-service';
import { RackBoot } from './rack-boot';
import { RackDrives } from './rack-drives';
import { RackPairs } from './rack-pairs';
import { RackReturns } from './rack-returns';
import { RackService } from './rack-service';
import type { Recovery } from './recovery';
import type { SettingsService } from './settings-service';
import type { SizeChecks } from './size-checks';
import type { StartService } from './start-service';

/** What the app has of machines that are imaged with their drives inside. */
export interface RackServices {
  readonly rack: RackService;
  readonly rackDrives: RackDrives;
  readonly rackPairs: RackPairs;
  readonly rackReturns: RackReturns;
  readonly mirror: MirrorService;
}

/** The services of the app that these read, each when it is needed. */
export interface RackNeighbours {
  readonly batch: Pick<BatchService, 'state'>;
  readonly drives: Pick<DriveList, 'state'>;
  readonly erasures: Pick<Erasures, 'running'>;
  readonly jobs: Pick<JobService, 'jobs' | 'running' | 'moveTo'>;
  readonly media: Pick<MediaVerifier, 'signed'>;
  readonly notices: Pick<NoticeService, 'show'>;
  readonly orders: Pick<OrderService, 'current'>;
  readonly pairing: Pick<PairingService, 'pairs' | 'confirming' | 'takeInRack' | 'offerInRack'>;
  readonly recovery: Pick<Recovery, 'contextWhenRecorded'>;
  readonly settings: Pick<SettingsService, 'current' | 'change'>;
  readonly sizeChecks: Pick<SizeChecks, 'running'>;
  readonly starting: Pick<StartService, 'retry'>;
}

/** Joins the machines of the rack to the app's helpers. */
export function rackServices(
  app: RackNeighbours,
  given: {
    readonly helpers: Helpers;
    readonly paths: StatePaths;
    readonly version: string;
    readonly ledger: Pick<Ledger, 'append'>;
    /** Absolute path of a bundled worker. */
    readonly worker: (name: string) => string;
  },
): RackServices {
  const { helpers, paths, version, ledger, worker } = given;
  const machines = new RackHelpers(paths, `prestage app ${version}`);
  helpers.join(machines);
  const inUse = (): ReadonlySet<string> =>
    new Set([...app.pairing.pairs, ...app.jobs.jobs].map(({ driveId }) => driveId));
  const rackDrives = new RackDrives({
    ...{ rack: machines, inUse },
    rule: () =>
      diskRuleOf(
        undefined,
        { order: app.orders.current?.order ?? null, recipe: app.media.signed?.rack ?? null },
        app.settings.current.rack.disk,
      ),
  });
  const keep = (settings: RackSettings): void => {
    app.settings.change({ rack: settings });
  };
  const rack = new RackService({
    ...{
      paths,
      version,
      workerFile: worker('rack-worker.cjs'),
      drives: rackDrives,
      boot: new RackBoot(helpers, version),
    },
    stationName: () => app.settings.current.stationName,
    settings: () => app.settings.current.rack,
    keep,
    operator: () => app.batch.state.operator,
    busy: () =>
      [
        ...app.jobs.running.map(({ driveId }) => driveId),
        ...app.erasures.running,
        ...app.sizeChecks.running,
      ].some(isInRack),
  });
  const rackPairs = new RackPairs({
    ...{ ruled: () => rackDrives.ruled, drives: () => app.drives.state.drives, inUse },
    saidBy: (id) => {
      const machine = rack.machineOf(id);
      return machine?.connected === true ? machine.machine.facts : null;
    },
    confirming: () => app.pairing.confirming,
    offer: (offers) => app.pairing.offerInRack(offers),
    take: (driveId, said) => app.pairing.takeInRack(driveId, said),
  });
  const rackReturns = new RackReturns({
    ...{ drives: () => app.drives.state.drives, jobs: () => app.jobs.jobs },
    listedAt: (machine) => rackDrives.listedAt(machine),
    forget: (machine) => {
      rackDrives.forget(machine);
    },
    moveTo: (driveId, drive) => {
      app.jobs.moveTo(driveId, drive);
    },
    retry: (driveId, reason) => app.starting.retry(driveId, reason),
    onProblem: (error) => {
      app.notices.show('error', error);
    },
  });
  const mirror = new MirrorService({
    ...{ paths, version, ledger, keep, helper: helpers.command, workerFile: worker('mirror-worker.cjs') },
    settings: () => app.settings.current,
    operator: () => app.batch.state.operator || defaultOperator(),
    context: () => app.recovery.contextWhenRecorded(),
    shipBy: () => app.orders.current?.order.shipBy ?? null,
  });
  return { rack, rackDrives, rackPairs, rackReturns, mirror };
}
