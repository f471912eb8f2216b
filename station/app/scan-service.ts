import { assertNever } from '../../core/base/errors';
import type { WantedMedia } from '../../core/media/media-state';
import type { MediaStep, ScanDoubt } from '../../core/scan/scan-outcome';
import type { BatchService } from './batch-service';
import type { JobService } from './job-service';
import type { KnownMedia } from './known-media';
import type { MediaVerifier } from './media-verifier';
import type { PairingService } from './pairing-service';
import type { StartService } from './start-service';

export interface ScanServiceDependencies {
  readonly pairing: PairingService;
  readonly batch: BatchService;
  readonly media: MediaVerifier;
  readonly knownMedia: KnownMedia;
  readonly jobs: JobService;
  readonly starting: StartService;
}

/** Does what a scan asks for. What a scan means is decided by the pairing. */
export class ScanService {
  readonly #services: ScanServiceDependencies;

  constructor(services: ScanServiceDependencies) {
    this.#services = services;
  }

  /** A scan, wherever the focus was; what it asks for is done before it is answered. */
  async scan(text: string, doubt: ScanDoubt | null = null): Promise<void> {
    const { pairing, batch, media, jobs, starting } = this.#services;
    const action = pairing.scan(text, doubt);
    switch (action.type) {
      case 'none':
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
        return;
      case 'retry-job':
        await pairing.report(() => starting.retry(action.driveId));
        return;
      case 'start':
        await pairing.report(() => starting.start(pairing.state.pairs.map(({ driveId }) => driveId)));
        return;
      default:
        assertNever(action);
    }
  }

  /** Waits for a media, and chooses it where the station knows it. */
  #want(wanted: WantedMedia, step: MediaStep): void {
    const { media, knownMedia } = this.#services;
    media.want(wanted);
    const path = step === 'known' ? knownMedia.find(wanted.sha256) : null;
    if (path !== null) media.select(path);
  }
}
