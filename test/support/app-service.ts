import { resolve } from 'node:path';
import type { DeskPatch, DeskState } from '../../core/contract/app';
import { workplaceHandlers, type WorkplaceHandlers } from '../../station/app/app-handlers';
import { Workplace } from '../../station/app/app-service';

const root = resolve(import.meta.dirname, '../..');

/** A workplace with the real helper, and the state as a page would have it from the patches alone. */
export class TestWorkplace {
  state: DeskState;
  /** How many patches came. */
  patches = 0;
  #waiting: (() => void)[] = [];

  private constructor(
    readonly place: Workplace,
    readonly handlers: WorkplaceHandlers,
    state: DeskState,
    subscribe: (listener: (patch: DeskPatch) => void) => void,
  ) {
    this.state = state;
    subscribe((patch) => {
      this.patches += 1;
      this.state = { ...this.state, ...patch } as DeskState;
      for (const wake of this.#waiting.splice(0)) wake();
    });
  }

  static async open(
    stateDirectory: string,
    benchDirectory: string | null,
    helper: readonly [string, ...string[]] = [process.execPath, resolve(root, 'dist/helper.cjs')],
  ): Promise<TestWorkplace> {
    let listener: ((patch: DeskPatch) => void) | null = null;
    const early: DeskPatch[] = [];
    const place = await Workplace.open({
      stateDirectory,
      benchDirectory,
      trainingIfEmpty: false,
      engineDirectory: root,
      helper,
      version: 'test',
      runtimeVersions: {},
      onPatch: (patch) => {
        if (listener === null) early.push(patch);
        else listener(patch);
      },
    });
    const handlers = workplaceHandlers(place);
    const state = await handlers.getState({});
    return new TestWorkplace(place, handlers, state, (subscriber) => {
      listener = subscriber;
      for (const patch of early) subscriber(patch);
    });
  }

  /** Waits until the state is as wanted. */
  async until(
    wanted: (state: DeskState) => boolean,
    what: string,
    milliseconds = 60_000,
  ): Promise<DeskState> {
    const deadline = Date.now() + milliseconds;
    while (!wanted(this.state)) {
      const left = deadline - Date.now();
      if (left <= 0) throw new Error(`never came to: ${what}\n${JSON.stringify(this.state, null, 1)}`);
      await new Promise<void>((wake) => {
        const timer = setTimeout(wake, left);
        this.#waiting.push(() => {
          clearTimeout(timer);
          wake();
        });
      });
    }
    return this.state;
  }

  async scan(text: string): Promise<DeskState['pairing']['lastScan']> {
    await this.handlers.scan({ text });
    return (await this.handlers.getState({})).pairing.lastScan;
  }
}
