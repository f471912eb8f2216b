import { toErrorData } from '../../core/base/errors';
import { isInRack } from '../../core/drive/drive';
import { bootOutcome, cardOutcome } from '../../core/flow/job-outcome';
import type { ErasePlans } from './erase-plans';
import type { Erasures } from './erasures';
import type { FleetService } from '../fleet/fleet-service';
import { notInOrder, pulledDrives } from './app-refusals';
import { batchOfOrder, type BatchService } from './batch-service';
import type { BootTests } from './boot-tests';
import type { DriveList } from './drive-list';
import { settleCards } from './ended-cards';
import type { HealthService } from './health-service';
import type { JobService } from './job-service';
import type { KnownMedia } from './known-media';
import type { LabelService } from './label-service';
import type { LibraryService } from './library-service';
import type { LiveService } from './live-service';
import type { MediaVerifier } from './media-verifier';
import type { MirrorService } from './mirror-service';
import type { ScanMemory } from './scan-memory';
import type { NoticeService } from './notices';
import type { OrderProblems } from './order-problems';
import type { OrderService } from './order-service';
import type { PairingService } from './pairing-service';
import type { PastService } from './past-service';
import type { ProgressService } from './progress-service';
import type { RackDrives } from './rack-drives';
import type { RackPairs } from './rack-pairs';
import type { RackReturns } from './rack-returns';
import type { RackService } from './rack-service';
import type { Recovery } from './recovery';
import type { SessionStore } from './session-store';
import type { SettingsService } from './settings-service';
import type { ShipService } from '../shipment/ship-service';
import type { Slice, StatePublisher } from './state-publisher';
import type { StartPlanner } from './start-plan';
import type { StartService } from './start-service';
import type { SizeChecks } from './size-checks';
import type { StationService } from './station-service';
import type { TakenOut } from './taken-out';
import type { TrainingMedia } from './training-media';

export interface WiredServices {
  readonly batch: BatchService;
  readonly bootTests: BootTests;
  readonly drives: DriveList;
  readonly fleet: FleetService;
  readonly healths: HealthService;
  readonly jobs: JobService;
  readonly knownMedia: KnownMedia;
  readonly labels: Pick<LabelService, 'printByItself'>;
  readonly library: LibraryService;
  readonly live: LiveService;
  readonly media: MediaVerifier;
  readonly mirror: MirrorService;
  readonly memory: ScanMemory;
  readonly notices: NoticeService;
  readonly orderProblems: OrderProblems;
  readonly orders: OrderService;
  readonly pairing: PairingService;
  readonly pasts: PastService;
  readonly progress: ProgressService;
  readonly publisher: StatePublisher;
  readonly rack: RackService;
  readonly rackDrives: RackDrives;
  readonly rackPairs: RackPairs;
  readonly rackReturns: RackReturns;
  readonly recovery: Recovery;
  readonly session: SessionStore;
  readonly settings: SettingsService;
  readonly shipments: Pick<ShipService, 'onClosed'>;
  readonly sizeChecks: SizeChecks;
  readonly erasePlans: ErasePlans;
  readonly erasures: Erasures;
  readonly startPlan: Pick<StartPlanner, 'state'>;
  readonly starting: Pick<StartService, 'onStarted'>;
  readonly station: StationService;
  readonly takenOut: TakenOut;
  readonly trainingMedia: TrainingMedia;
}

/** Who listens to whom. Services know nothing of what their changes mean to others; it all stands here. */
export function wire(app: WiredServices): void {
  const { batch, bootTests, drives, fleet, jobs, knownMedia, library, live, media, memory, notices } = app;
  const { orders, pairing, pasts, progress, publisher, recovery, session, settings, shipments, station } =
    app;
  const { erasePlans, erasures, healths, labels, sizeChecks, starting, takenOut, trainingMedia } = app;
  const { mirror, rack, rackDrives, rackPairs, rackReturns } = app;
  const publish =
    (...slices: readonly Slice[]) =>
    (): void => {
      publisher.changed(...slices);
    };
  const save = (): void => {
    session.save();
  };

  // A change of what is to be written is a change of what was confirmed.
  for (const onChange of [batch.onChange, media.onChange]) {
    onChange(() => {
      pairing.reconsider();
    });
    onChange(save);
  }
  // A ticket is of one job: with another number, or none, its media is not what is meant.
  batch.onChange(() => {
    const ticket = media.wanted?.ticket ?? null;
    if (ticket !== null && ticket.orderNumber !== batch.state.workOrder) media.forgetTicket();
  });
  media.onChange(() => {
    knownMedia.remember(media.state);
  });
  library.onChange(publish('library'));
  library.onReceived(({ entry, path }) => {
    if (path === null) return;
    // What waited for its file has it, and a file that was replaced is proved again.
    const waits = media.path === null && media.wanted?.sha256 === entry.sha256;
    if (waits || media.path === path) media.select(path);
  });
  batch.onChange(publish('batch', 'pairing'));
  media.onChange(publish('media', 'pairing'));

  bootTests.onChange(save);
  for (const onChange of [pairing.onChange, jobs.onChange]) {
    onChange(() => {
      orders.reconsider();
    });
    onChange(save);
  }
  pairing.onChange(publish('pairing'));
  for (const { onChange } of [pairing, batch, media, orders, settings]) onChange(publish('startPlan'));
  takenOut.onChange(publish('pairing'));
  takenOut.onTaken((machineSerial) => {
    const { benchView, lineLabels } = settings.current.desk;
    if (benchView === 'line' && lineLabels) labels.printByItself(machineSerial);
  });
  jobs.onPassed((machineSerial) => {
    if (settings.current.labels.printWhenPassed) labels.printByItself(machineSerial);
  });
  starting.onStarted(() => {
    takenOut.started();
  });
  jobs.onDismiss(({ driveId, machineSerial, state }) => {
    const bootTest = bootOutcome(bootTests.states.find((test) => test.driveId === driveId));
    if (cardOutcome(state, bootTest) === 'passed') takenOut.cardWent(machineSerial);
  });
  jobs.onChange(publish('jobs', 'drives', 'pairing'));
  jobs.onMove(publish('jobs'));
  for (const onChange of [jobs.onChange, jobs.onMove, jobs.onSettled, bootTests.onChange]) {
    onChange(() => {
      progress.look();
    });
  }
  progress.onChange(publish('progress'));

  // Every listing: another program of the station may have written to the ledger since.
  for (const onChange of [drives.onListed, drives.onChange, jobs.onChange]) {
    onChange(() => {
      pasts.look();
    });
  }
  pasts.onChange(publish('pasts'));

  drives.onListed(() => {
    healths.look();
  });
  drives.onListed(() => {
    erasePlans.look();
  });
  erasePlans.onChange(publish('erasePlans'));
  for (const onChange of [drives.onChange, settings.onChange]) onChange(publish('erasePlans', 'erasures'));
  erasures.onChange(publish('erasures', 'pairing'));
  erasures.onFailed((error) => {
    notices.show('error', error);
  });
  erasures.onEnded(() => {
    pasts.look();
    pairing.settle();
    void drives.refresh();
  });
  for (const onRenamed of [jobs.onRenamed, erasures.onRenamed]) {
    onRenamed(() => {
      void drives.refresh();
    });
  }
  for (const onChange of [healths.onChange, erasePlans.onChange, pasts.onChange]) {
    onChange(() => {
      // What it says, hides or did makes notes of a drive, and its verdict.
      drives.rearrange();
    });
  }
  healths.onChange(publish('healths'));
  drives.onChange(publish('healths', 'sizeChecks'));
  settings.onChange(publish('healths'));
  sizeChecks.onChange(publish('sizeChecks'));
  sizeChecks.onFailed((error) => {
    notices.show('error', error);
  });
  sizeChecks.onEnded(() => {
    void drives.refresh();
  });

  for (const onChange of [jobs.onChange, bootTests.onChange]) {
    onChange(() => {
      pairing.settle();
    });
  }

  // A shipment that was closed is in the ledger, which no service listens to.
  shipments.onClosed((machineSerials) => {
    takenOut.remove(machineSerials);
    orders.refresh();
    pasts.look();
  });

  jobs.onBatchEnd((reports) => {
    bootTests.onBatchEnd(reports);
    healths.onBatchEnd(reports);
    // New disk images may be kept.
    void library.refresh();
    // What is on the drives has changed.
    void drives.refresh();
  });
  bootTests.onFailed((error) => {
    notices.show('error', error);
  });

  orders.onOrder((order) => {
    batch.change(order === null ? { workOrder: '' } : batchOfOrder(order)).catch((error: unknown) => {
      notices.show('error', toErrorData(error));
    });
    media.reassess();
    const unlisted = pairing.dropUnlisted();
    rackPairs.ended(unlisted);
    if (unlisted.length > 0) notices.show('info', notInOrder(unlisted));
  });

  drives.onChange(() => {
    recovery.takeOverPairs();
    // Nobody has pulled a drive that is in a machine: it went with its machine, which the screen of machines shows.
    const dropped = pairing.dropMissing();
    rackPairs.ended(dropped);
    const gone = dropped.filter(({ driveId }) => !isInRack(driveId));
    if (gone.length > 0) notices.show('error', pulledDrives(gone));
    rackReturns.look();
    settleCards(drives, jobs, bootTests, settings.current.desk.benchView === 'line');
  });
  drives.onChange(publish('drives', 'pairing'));
  settings.onChange(() => {
    drives.rearrange();
  });

  settings.onChange(publish('settings', 'drives'));
  station.onChange(publish('station'));
  trainingMedia.onChange(publish('station'));
  // What is for practice does not stay chosen for real drives.
  station.onChange(() => {
    if (station.benchDirectory === null && media.path === trainingMedia.path) media.clear();
  });
  for (const { onChange } of [settings, media, library]) {
    onChange(() => {
      app.orderProblems.look();
    });
  }
  for (const { onChange } of [orders, app.orderProblems]) onChange(publish('order'));
  bootTests.onChange(publish('rehearsals'));
  notices.onChange(publish('notices'));
  fleet.onChange(publish('fleet'));
  live.onChange(publish('live'));
  drives.onListed(() => void live.look());
  // A machine that images itself does what needs nobody; after the change, which may be a scan's that is not told yet.
  for (const onChange of [library.onChange, jobs.onChange, pairing.onChange]) {
    onChange(() => {
      queueMicrotask(() => {
        live.own.look();
      });
    });
  }

  mirror.onChange(publish('mirror'));
  mirror.onGot((what) => {
    if (what.is === 'media') void library.arrived(what.sha256);
    else void library.refresh();
  });
  rack.onChange(publish('rack'));
  rackDrives.onChange(() => {
    drives.rearrange();
    rack.reconsider();
  });
  let { closedNetwork } = settings.current.rack;
  settings.onChange(() => {
    rackDrives.show();
    // Nothing else that is set is part of what is served.
    if (settings.current.rack.closedNetwork === closedNetwork) return;
    ({ closedNetwork } = settings.current.rack);
    rack.settle().catch((error: unknown) => {
      notices.show('error', toErrorData(error));
    });
  });
  for (const onChange of [jobs.onChange, rackDrives.onListed]) {
    onChange(() => {
      rackReturns.look();
    });
  }
  // Both may say which disk of a machine is meant.
  for (const onChange of [orders.onOrder, media.onChange]) {
    onChange(() => {
      rackDrives.show();
    });
  }
  // What was begun on a disk keeps its card; after the change, which may be a scan's that is not told yet, and once for all of them.
  const following = { queued: false };
  for (const onChange of [jobs.onChange, pairing.onChange, drives.onChange, rack.onChange, orders.onChange]) {
    onChange(() => {
      if (following.queued) return;
      following.queued = true;
      queueMicrotask(() => {
        following.queued = false;
        rackDrives.followUse();
        rackPairs.look();
      });
    });
  }

  // Last, when everything else has followed: what was said of a scan is compared with what came of the change.
  memory.onChange(publish('pairing'));
  for (const { onChange } of [batch, bootTests, drives, jobs, media, orders, pairing]) {
    onChange(() => {
      memory.look();
    });
  }
}
