import { Emitter } from 'vscode-jsonrpc/node';
import { sanitizeForDisplay } from '../../core/base/display';
import { withoutUndefined } from '../../core/base/required';
import type { BatchState } from '../../core/contract/app-batch';
import type { AppRequest } from '../../core/contract/app';
import { defaultLayoutName } from '../../core/drive/layout';
import type { OpenOrder } from '../orders/order-reader';

/** What the next drives are written with and who writes them: operator, work order, image, layout. */
export class BatchService {
  readonly #changed = new Emitter<void>();
  /** What was confirmed before no longer is. */
  readonly onChange = this.#changed.event;
  /** Shows what is in an image (from 1) of the media. */
  readonly #showImage: (imageIndex: number) => Promise<void>;
  #state: BatchState = {
    operator: '',
    workOrder: '',
    imageIndex: 1,
    layout: defaultLayoutName,
    againReason: '',
  };

  constructor(showImage: (imageIndex: number) => Promise<void>) {
    this.#showImage = showImage;
  }

  get state(): BatchState {
    return this.#state;
  }

  /** Takes over what was stored, while the app opens and nobody listens yet. */
  restore(stored: Partial<BatchState>): void {
    this.#state = { ...this.#state, ...stored };
  }

  /** Resolves when what another image contains is shown, too. @throws PrestageError media-… when it cannot be read */
  async change(change: AppRequest<'setBatch'>): Promise<void> {
    const next: BatchState = { ...this.#state, ...withoutUndefined(change) };
    this.#state = {
      ...next,
      operator: sanitizeForDisplay(next.operator, 200),
      workOrder: sanitizeForDisplay(next.workOrder, 200),
      againReason: sanitizeForDisplay(next.againReason, 200),
    };
    this.#changed.fire();
    if (change.imageIndex !== undefined) await this.#showImage(this.#state.imageIndex);
  }
}

/** What an order says of the whole batch. */
export function batchOfOrder({ number, imageIndex, layout }: OpenOrder['order']): Partial<BatchState> {
  return {
    workOrder: number,
    ...(imageIndex === undefined ? {} : { imageIndex }),
    ...(layout === undefined ? {} : { layout }),
  };
}
