import { Emitter } from 'vscode-jsonrpc/node';
import { orderNotices } from '../jobs/order-notices';
import type { OpenOrder } from '../orders/order-reader';
import type { StatePaths } from '../state/state-paths';
import type { LibraryService } from './library-service';
import type { MediaVerifier } from './media-verifier';
import type { SettingsService } from './settings-service';

export interface OrderProblemsDependencies {
  readonly paths: Pick<StatePaths, 'library'>;
  readonly media: Pick<MediaVerifier, 'state' | 'signed'>;
  readonly library: Pick<LibraryService, 'state'>;
  readonly settings: Pick<SettingsService, 'current'>;
}

/** What speaks against the open order. Looked at again when what it is compared with changes, and not before. */
export class OrderProblems {
  readonly #changed = new Emitter<void>();
  /** What the order is compared with is another. */
  readonly onChange = this.#changed.event;
  readonly #dependencies: OrderProblemsDependencies;
  #compared: string;
  #found: { readonly of: string; readonly problems: string[] } | null = null;

  constructor(dependencies: OrderProblemsDependencies) {
    this.#dependencies = dependencies;
    this.#compared = '';
  }

  /** @returns sentences */
  of({ orderId, order }: OpenOrder): string[] {
    const of = `${orderId} ${this.#comparedWith()}`;
    if (this.#found?.of !== of) {
      const { paths, settings, media } = this.#dependencies;
      const { state, signed } = media;
      const atHand = state.status === 'proved' ? { media: state.media, sha256: state.sha256, signed } : null;
      this.#found = { of, problems: orderNotices(order, paths, settings.current, atHand) };
    }
    return this.#found.problems;
  }

  /** Settings, media or library changed: tells so when that means something to an order. */
  look(): void {
    const compared = this.#comparedWith();
    if (compared === this.#compared) return;
    this.#compared = compared;
    this.#changed.fire();
  }

  #comparedWith(): string {
    const { media, library, settings } = this.#dependencies;
    const { machineFiles, bootLoader, desk } = settings.current;
    const { state } = media;
    return JSON.stringify([
      ...[machineFiles, bootLoader, desk.requireDrivers],
      state.status === 'proved' ? [state.sha256, state.media.imageIndex] : null,
      library.state.media.map(({ sha256, revision }) => [sha256, revision]),
    ]);
  }
}
