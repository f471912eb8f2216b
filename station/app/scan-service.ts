import { assertNever } from '../../core/base/errors';
import type { ScanDoubt } from '../../core/scan/scan-outcome';
import type { BatchService } from './batch-service';
import type { JobService } from './job-service';
import type { MediaVerifier } from './media-verifier';
import type { PairingService } from './pairing-service';
import type { StartService } from './start-service';

export interface ScanServiceDependencies {
  readonly pairing: PairingService;
  readonly batch: BatchService;
  readonly media: MediaVerifier;
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
        media.expect(action.sha256);
        return;
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
}
