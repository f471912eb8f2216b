import { Emitter } from 'vscode-jsonrpc/node';
import { toErrorData } from '../../core/base/errors';
import { assignmentInRack, assignmentsOnThisMachine, readThisMachine } from '../machine/confirm-machine';
import type { Helpers } from '../helper-client/helpers';
import { isInRack, machineOfId } from '../../core/drive/drive';
import { isStillAttached } from '../../core/drive/drive-identity';
import { needsReason, type DriveBefore } from '../../core/job/drive-again';
import type { BatchRequest } from '../jobs/batch-plan';
import {
  anotherDrive,
  holdsFinished,
  mediaNotProved,
  noOperator,
  nothingToBootTest,
  nothingToRetry,
} from './app-refusals';
import type { BatchService } from './batch-service';
import type { BootTests } from './boot-tests';
import type { DriveList } from './drive-list';
import type { ErasePlans } from './erase-plans';
import type { JobService } from './job-service';
import type { MediaVerifier } from './media-verifier';
import type { PastService } from './past-service';
import type { PairingService } from './pairing-service';
import type { SettingsService } from './settings-service';
import type { StationService } from './station-service';

export interface StartServiceDependencies {
  readonly helpers: Helpers;
  readonly settings: SettingsService;
  readonly station: StationService;
  readonly batch: BatchService;
  readonly media: MediaVerifier;
  readonly drives: DriveList;
  readonly pairing: PairingService;
  readonly jobs: JobService;
  readonly bootTests: BootTests;
  readonly pasts: Pick<PastService, 'of'>;
  /** Whether the machine that runs is the one that is imaged. */
  readonly live: { readonly isMachine: boolean };
  /** How drives are shown to be erased. */
  readonly erasePlans: Pick<ErasePlans, 'shown'>;
  /** What is known of an attached drive that is only written for a reason. */
  readonly driveBefore: (driveId: string) => DriveBefore;
  /** Resolves when what an earlier run left open is recorded; nothing is started before. */
  readonly recorded: () => Promise<void>;
}

/** Everything that begins work on a drive: the pairs of a batch, one drive again, a boot test. */
export class StartService {
  readonly #started = new Emitter<void>();
  /** What was paired has jobs now. A drive that is tried again is no start. */
  readonly onStarted = this.#started.event;
  readonly #services: StartServiceDependencies;

  constructor(services: StartServiceDependencies) {
    this.#services = services;
  }

  /** Starts the pairs, which must be those that the operator saw. @throws PrestageError with nothing touched */
  async start(driveIds: readonly string[]): Promise<void> {
    const { pairing, jobs, bootTests, recorded } = this.#services;
    const assignments = pairing.confirm(driveIds);
    // As the list says it now, whatever changes while the drives are opened.
    const { endChosen } = pairing;
    try {
      await recorded();
      await jobs.start(await this.#inMachines({ ...this.#request(assignments), endChosen }));
    } catch (error) {
      pairing.refuse(toErrorData(error));
      throw error;
    }
    this.#started.fire();
    pairing.started(driveIds);
    for (const driveId of driveIds) bootTests.forget(driveId);
  }

  /**
   * Writes a drive again, with what it was started with, or what is chosen now when that is no longer known.
   * @param reason why, when the drive asks for one
   */
  async retry(driveId: string, reason: string | null): Promise<void> {
    const { jobs, bootTests, recorded, drives, pasts, batch, driveBefore } = this.#services;
    const job = jobs.find(driveId);
    if (job?.canRetry !== true) throw nothingToRetry();
    const { operator } = batch.state;
    if (operator === '') throw noOperator();
    const drive = drives.find(driveId);
    const before = jobs.requestOf(driveId);
    const machine = drive === null ? null : (pasts.of(drive).holds?.machineSerial ?? null);
    if (drive !== null && machine !== null) {
      // A drive whose job did not end well has no partition table, unless that ended before it wrote anything.
      const same = isStillAttached(drive, job.attachment);
      if (!same) throw anotherDrive(job.bay, machine);
      if (reason === null && before?.shown?.get(driveId) !== machine) throw holdsFinished(job.bay, machine);
    }
    await recorded();
    const assignments = [{ driveId, machineSerial: job.machineSerial }];
    const seen = new Map([[driveId, job.attachment]]);
    // With what it was started with, but by whoever tries it again.
    // The reason of the first try holds for the next, unless something has happened to the drive since.
    const said = needsReason(driveBefore(driveId)) ? undefined : job.driveAgain?.reason;
    const why = reason ?? said ?? null;
    const request = {
      ...(before === null ? this.#request(assignments) : { ...before, assignments, operator }),
      seen,
      driveReasons: new Map(why === null ? [] : [[driveId, why]]),
      // What the reason was asked for, the operator was told.
      ...(reason === null || machine === null ? {} : { shown: new Map([[driveId, machine]]) }),
    };
    await jobs.start(await this.#inMachines(request));
    bootTests.forget(driveId);
  }

  /** Starts a finished drive in a virtual machine. @throws PrestageError usage, record-not-found, drive-busy */
  bootTest(driveId: string): void {
    const { drives, jobs, bootTests } = this.#services;
    const drive = drives.find(driveId);
    const job = jobs.find(driveId);
    if (drive === null || (job !== null && job.state.state !== 'done')) throw nothingToBootTest();
    bootTests.start(drive);
  }

  /** What was said of the machines that drives are in must fit what those tell: the one that runs, and those of a rack. */
  async #inMachines(request: BatchRequest): Promise<BatchRequest> {
    const inRack = request.assignments.filter(({ driveId }) => isInRack(driveId));
    const onBench = request.assignments.filter((given) => !inRack.includes(given));
    const bench = onBench.length === 0 ? null : await this.#onMachine({ ...request, assignments: onBench });
    if (inRack.length === 0) return bench ?? request;
    const rack = await this.#services.helpers.machinesOfRack();
    const parts = inRack.flatMap((given) => {
      const facts = rack.get(machineOfId(given.driveId).machine ?? '');
      // One that is not there any more is left out, by the batch itself.
      if (facts === undefined) return [{ assignments: [given], machines: new Map<string, never>() }];
      return [assignmentInRack(given, request.machines, facts)];
    });
    return {
      ...request,
      assignments: [...(bench?.assignments ?? []), ...parts.flatMap(({ assignments }) => assignments)],
      machines: new Map([
        ...(bench?.machines ?? request.machines ?? []),
        ...parts.flatMap(({ machines }) => [...machines]),
      ]),
    };
  }

  /** Where the drives sit in the machine that the station runs on, what was scanned must fit its firmware. */
  async #onMachine(request: BatchRequest): Promise<BatchRequest> {
    const { settings, helpers, live } = this.#services;
    if (!settings.current.desk.onMachine && !live.isMachine) return request;
    const found = await readThisMachine(helpers);
    return { ...request, ...assignmentsOnThisMachine(request.assignments, request.machines, found) };
  }

  #request(assignments: BatchRequest['assignments']): BatchRequest {
    const { media, batch, station, pairing, drives } = this.#services;
    const settings = this.#services.settings.current;
    const proved = media.proved;
    if (proved === null) throw mediaNotProved();
    const { operator, workOrder, imageIndex, layout, loader } = batch.state;
    return {
      mediaPath: proved.path,
      imageIndex,
      layoutName: layout,
      requireDrivers: settings.desk.requireDrivers,
      bootLoader: { ...settings.bootLoader, ...(loader === undefined ? {} : { choice: loader }) },
      expectSha256: proved.expectSha256,
      assignments,
      benchDirectory: station.benchDirectory,
      operator,
      againReason: null,
      againReasons: pairing.againReasons,
      driveReasons: pairing.driveReasons,
      workOrder: workOrder === '' ? null : workOrder,
      machines: pairing.machines,
      seen: pairing.attachments,
      shown: pairing.shown,
      healthRules: settings.health.rules,
      checkSize: settings.health.checkSize,
      sanitise: settings.sanitise,
      sanitiseLevel: settings.sanitiseLevel,
      keepHidden: settings.keepHiddenAreas,
      eraseShown: this.#services.erasePlans.shown,
      bays: drives.state.bays.map(({ label, port }) => ({ label, port })),
      proof: proved.proof,
      dates: proved.dates,
    };
  }
}
