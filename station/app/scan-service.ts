import { sanitizeForDisplay } from '../../core/base/display';
import { assertNever, toErrorData } from '../../core/base/errors';
import type { AppRequest, AppResponse } from '../../core/contract/app';
import { meaningOf, screenAfter, type ScreenTask } from '../../core/flow/screen-scan';
import { withoutSecrets } from '../../core/machine/other-number';
import type { PairingAction } from '../../core/pairing/pairing';
import type { WantedMedia } from '../../core/media/media-state';
import { shownScan, type ScanReading } from '../../core/scan/scan';
import type { MediaStep, ScanDoubt, ScanOutcome, ScanScreen } from '../../core/scan/scan-outcome';
import { withoutFraming } from '../../core/scan/scan-text';
import { reasonOf, type AskedFor } from './asked-reason';
import type { BatchService } from './batch-service';
import type { BootTests } from './boot-tests';
import type { DrivesBefore } from './drives-before';
import type { Erasures } from './erasures';
import type { JobService } from './job-service';
import type { NoticeService } from './notices';
import type { SettingsService } from './settings-service';
import type { TakenOut } from './taken-out';
import type { KnownMedia } from './known-media';
import type { MediaVerifier } from './media-verifier';
import type { LiveService } from './live-service';
import type { OrderService } from './order-service';
import type { PairingService } from './pairing-service';
import type { ScanMemory } from './scan-memory';
import type { SizeChecks } from './size-checks';
import type { StartService } from './start-service';

export interface ScanServiceDependencies {
  readonly pairing: PairingService;
  readonly memory: ScanMemory;
  readonly batch: BatchService;
  readonly before: Pick<DrivesBefore, 'of'>;
  readonly bootTests: BootTests;
  readonly media: MediaVerifier;
  readonly knownMedia: KnownMedia;
  readonly jobs: JobService;
  readonly erasures: Pick<Erasures, 'cancel'>;
  readonly sizeChecks: Pick<SizeChecks, 'cancel'>;
  readonly orders: OrderService;
  readonly settings: SettingsService;
  readonly starting: StartService;
  readonly notices: NoticeService;
  readonly live: Pick<LiveService, 'powerOff'>;
  readonly takenOut: TakenOut;
}

/** Longer texts are searched for, tried and shown in part. */
const longestTaken = 600;

/** Does what a scan asks for. Whose it is, is decided by the screen it was made on; what it means, by the pairing. */
export class ScanService {
  readonly #services: ScanServiceDependencies;

  constructor(services: ScanServiceDependencies) {
    this.#services = services;
  }

  /** A scan, wherever the focus was; what it asks for is done before it is answered. */
  async scan(
    text: string,
    doubt: ScanDoubt | null = null,
    screen: ScanScreen = 'bench',
  ): Promise<AppResponse<'scan'>> {
    return await this.#services.memory.during(() => this.#take(text, doubt, screen));
  }

  /** What the page did with a scan on its own screen. */
  note({ text, screen, outcome }: AppRequest<'noteScan'>): void {
    this.#services.memory.take(sanitizeForDisplay(withoutSecrets(text), 120), screen, outcome);
  }

  /** Takes the cards of these drives off. Those at work keep theirs. */
  clear(driveIds: readonly string[]): void {
    const { jobs, bootTests } = this.#services;
    for (const driveId of driveIds) if (jobs.dismiss(driveId)) bootTests.forget(driveId);
  }

  /** A reason was typed for what was refused. @throws PrestageError usage; why a pair that was typed is refused */
  async giveReason(reason: string, of: AskedFor): Promise<void> {
    await this.#do(this.#services.pairing.giveReason(reason, of));
  }

  /**
   * Tries a drive again, with the button.
   * @param reason said beforehand, for several that failed; null: it is asked for where one is needed. What a drive holds is seen for
   * each before it is lost: there it does not count.
   * @throws PrestageError why it was not tried
   */
  async retry(driveId: string, reason: string | null): Promise<void> {
    const { before, pairing, jobs, starting } = this.#services;
    const said = reason === null || before.of(driveId).held !== null ? null : reasonOf(reason);
    const asks = said === null && jobs.find(driveId)?.canRetry === true && pairing.asksBeforeRetry(driveId);
    if (!asks) await starting.retry(driveId, said);
  }

  async #take(text: string, doubt: ScanDoubt | null, screen: ScanScreen): Promise<AppResponse<'scan'>> {
    const { pairing, memory, orders } = this.#services;
    const reading = pairing.read(text);
    const shown = shownScan(text, reading);
    if (doubt !== null && pairing.refuseDoubtful(reading, shown, doubt, screen)) return {};
    const heard = memory.heard(text);
    const meaning = meaningOf(reading, {
      screen,
      confirming: pairing.confirming,
      isListed: (serial) => orders.lists(serial),
      text: sanitizeForDisplay(withoutSecrets(withoutFraming(text).clean), longestTaken),
    });
    switch (meaning.for) {
      case 'way-back':
        return this.#tell(shown, screen, accepted(reading, 'bench-shown'));
      case 'screen':
        return this.#onScreen(shown, screen, reading, meaning.task);
      case 'bench': {
        const action = pairing.scan(reading, shown, screen, heard);
        // As it was decided: what is done now may take minutes, and says itself what went wrong.
        const { show } = this.#shownAfter(screen);
        if (action.type === 'ship-line') return { task: { kind: 'close-line' } };
        await this.#do(action);
        return show === undefined ? {} : { show };
      }
    }
  }

  /** What the page needs no words of its own for is told here. */
  #onScreen(shown: string, screen: ScanScreen, reading: ScanReading, task: ScreenTask): AppResponse<'scan'> {
    switch (task.kind) {
      case 'find-line':
        this.#tell(shown, screen, { ...accepted(reading, 'line-shown'), machineSerial: task.machineSerial });
        break;
      case 'search':
        this.#tell(shown, screen, { ...accepted(reading, 'searched'), text: task.text });
        break;
      case 'try':
        this.#tell(shown, screen, { ...accepted(reading, 'tried'), text: task.text });
        break;
      case 'tick':
      case 'admit':
      case 'close-shipment':
      case 'close-line':
        break;
      default:
        assertNever(task);
    }
    return { task };
  }

  #tell(shown: string, screen: ScanScreen, outcome: ScanOutcome): AppResponse<'scan'> {
    this.#services.memory.take(shown, screen, outcome);
    return this.#shownAfter(screen);
  }

  #shownAfter(screen: ScanScreen): AppResponse<'scan'> {
    const outcome = this.#services.memory.last?.outcome;
    const show = outcome === undefined ? null : screenAfter(screen, outcome);
    return show === null ? {} : { show };
  }

  async #do(action: PairingAction): Promise<void> {
    const { pairing, batch, media, jobs, starting, notices, settings } = this.#services;
    const { erasures, sizeChecks } = this.#services;
    switch (action.type) {
      case 'none':
      // The page closes it, by a call of its own.
      case 'ship-line':
        return;
      case 'set-operator':
        await batch.change({ operator: action.name });
        return;
      case 'set-work-order':
        await batch.change({ workOrder: action.number });
        return;
      case 'give-hash':
        if (action.media === 'chosen') media.expect(action.sha256);
        else {
          // The hash of a ticket that is held says nothing new.
          const held = media.wanted?.sha256 === action.sha256 ? media.wanted : null;
          this.#want(held ?? { sha256: action.sha256, ticket: null }, action.media);
        }
        return;
      case 'take-ticket': {
        const { orderNumber, mediaSha256, mediaName } = action.ticket;
        await batch.change({ workOrder: orderNumber });
        // As it is recorded: by it the ticket is known to hold still.
        const ticket = { name: mediaName, orderNumber: batch.state.workOrder };
        this.#want({ sha256: mediaSha256, ticket }, action.media);
        return;
      }
      case 'cancel-job':
        jobs.cancel(action.driveId);
        erasures.cancel(action.driveId);
        sizeChecks.cancel(action.driveId);
        return;
      case 'show-bench':
        settings.change({ desk: { ...settings.current.desk, benchView: action.view } });
        return;
      case 'clear-jobs':
        this.clear(action.driveIds);
        return;
      case 'take-out':
        this.#services.takenOut.add(action.drive.machineSerial);
        this.clear([action.drive.driveId]);
        return;
      case 'close-order':
        await this.#closeOrder();
        return;
      case 'turn-off':
        await this.#services.live.powerOff().catch((error: unknown) => {
          notices.show('error', toErrorData(error));
        });
        return;
      case 'dismiss-notices':
        for (const { id } of notices.list) notices.dismiss(id);
        return;
      case 'retry-job':
        await pairing.report(() => starting.retry(action.driveId, action.reason ?? null));
        return;
      case 'start':
        await pairing.report(() => starting.start(pairing.state.pairs.map(({ driveId }) => driveId)));
        return;
      default:
        assertNever(action);
    }
  }

  async #closeOrder(): Promise<void> {
    const { orders, memory } = this.#services;
    try {
      await orders.close();
    } catch (error) {
      const { message } = toErrorData(error);
      memory.refuseLast((kind): ScanOutcome => ({
        ...{ result: 'refused', kind, reason: 'not-shippable', expected: 'close-order', detail: message },
      }));
    }
  }

  /** Waits for a media file, and chooses it where the station knows it. */
  #want(wanted: WantedMedia, step: MediaStep): void {
    const { media, knownMedia } = this.#services;
    media.want(wanted);
    const path = step === 'known' ? knownMedia.find(wanted.sha256) : null;
    if (path !== null) media.select(path);
  }
}

type Accepted = Extract<ScanOutcome, { result: 'accepted' }>;

function accepted({ kind }: ScanReading, effect: Accepted['effect']): Accepted {
  return { result: 'accepted', kind, effect, machineSerial: null, bay: null };
}
