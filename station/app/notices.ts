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

  /**
   * What has happened to others already is told with theirs: 48 drives that fail in one way are one notice.
   * @param label the label that was not printed, when it is about one: each can be printed again
   */
  show(kind: Notice['kind'], error: ErrorData, label?: Notice['label']): void {
    logEvent(kind === 'error' ? 'error' : 'info', 'notice', { error });
    const same = label === undefined ? this.#list.find((notice) => isSame(notice, kind, error)) : undefined;
    if (same === undefined) {
      this.#lastId += 1;
      this.#list = [
        ...this.#list,
        { id: this.#lastId, kind, error, ...(label === undefined ? {} : { label }) },
      ];
    } else {
      const { message } = error;
      const more = [...(same.more ?? []), message];
      // What is said once more of the same drive is no news.
      if (message === same.error.message || same.more?.includes(message) === true) return;
      this.#list = this.#list.map((notice) => (notice === same ? { ...same, more } : notice));
    }
    this.#changed.fire();
  }

  /** Takes a notice off the screen. */
  dismiss(id: number): void {
    this.#list = this.#list.filter((notice) => notice.id !== id);
    this.#changed.fire();
  }
}

/** The same happened, and the same is to be done. */
function isSame(notice: Notice, kind: Notice['kind'], { code, remedy }: ErrorData): boolean {
  const { error, label } = notice;
  return label === undefined && notice.kind === kind && error.code === code && error.remedy === remedy;
}
