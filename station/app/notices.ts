import { Emitter } from 'vscode-jsonrpc/node';
import type { Notice } from '../../core/contract/app-bench';
import type { ErrorData } from '../../core/base/errors';
import { logEvent } from '../state/log-file';

/** What happened to the station and stays on the screen until somebody dismisses it. */
export class NoticeService {
  readonly #changed = new Emitter<void>();
  readonly onChange = this.#changed.event;
  #list: readonly Notice[] = [];
  #lastId = 0;

  /** The oldest first. */
  get list(): Notice[] {
    return [...this.#list];
  }

  /** @param label the label that was not printed, when it is about one */
  show(kind: Notice['kind'], error: ErrorData, label?: Notice['label']): void {
    logEvent(kind === 'error' ? 'error' : 'info', 'notice', { error });
    this.#lastId += 1;
    this.#list = [
      ...this.#list,
      { id: this.#lastId, kind, error, ...(label === undefined ? {} : { label }) },
    ];
    this.#changed.fire();
  }

  /** Takes a notice off the screen. */
  dismiss(id: number): void {
    this.#list = this.#list.filter((notice) => notice.id !== id);
    this.#changed.fire();
  }
}
