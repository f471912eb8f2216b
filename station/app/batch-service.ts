import { Emitter } from 'vscode-jsonrpc/node';
import { sanitizeForDisplay } from '../../core/base/display';
import { withoutUndefined } from '../../core/base/required';
import { timeouts } from '../../core/base/timeouts';
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
    lastOperator: '',
    workOrder: '',
    imageIndex: 1,
    layout: defaultLayoutName,
  };
  readonly #now: () => number;
  /** When the operator was said, by {@link #now}. */
  #operatorSince = 0;
  #clock: NodeJS.Timeout | null = null;

  /** @param now milliseconds of the wall clock: a computer that slept over night has another operator, too */
  constructor(showImage: (imageIndex: number) => Promise<void>, now: () => number = Date.now) {
    this.#showImage = showImage;
    this.#now = now;
  }

  get state(): BatchState {
    return this.#state;
  }

  /** Takes over what was stored, while the app opens and nobody listens yet. */
  restore(stored: Partial<BatchState>): void {
    this.#state = { ...this.#state, ...stored };
  }

  /** From now on the badge is asked for again after a shift. Until {@link close}. */
  begin(): void {
    this.#clock ??= setInterval(() => {
      this.endShift();
    }, timeouts.operatorLook).unref();
  }

  close(): void {
    if (this.#clock !== null) clearInterval(this.#clock);
    this.#clock = null;
  }

  /** Takes the operator off whose badge was scanned more than a shift ago. Running jobs keep theirs. */
  endShift(): void {
    const { operator } = this.#state;
    if (operator === '' || this.#now() - this.#operatorSince < timeouts.operatorShift) return;
    this.#state = { ...this.#state, operator: '', lastOperator: operator };
    this.#changed.fire();
  }

  /** Resolves when what another image contains is shown, too. @throws PrestageError media-… when it cannot be read */
  async change(change: AppRequest<'setBatch'>): Promise<void> {
    const next: BatchState = { ...this.#state, ...withoutUndefined(change) };
    const operator = sanitizeForDisplay(next.operator, 200);
    this.#state = { ...next, operator, workOrder: sanitizeForDisplay(next.workOrder, 200) };
    if (change.operator !== undefined && operator !== '') {
      this.#operatorSince = this.#now();
      this.#state = { ...this.#state, lastOperator: '' };
    }
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
