import { resolve } from 'node:path';
import type { AppPatch, AppRequest, AppResponse, AppState, ServiceMethod } from '../../core/contract/app';
import { serviceHandlers } from '../../station/app/app-handlers';
import { AppService } from '../../station/app/app-service';

const root = resolve(import.meta.dirname, '../..');

/** The methods as the page has them: each answers later, also what is decided at once. */
export type ServiceCalls = {
  readonly [M in ServiceMethod]: (request: AppRequest<M>) => Promise<AppResponse<M>>;
};

function callsOf(service: AppService): ServiceCalls {
  const entries = Object.entries(serviceHandlers(service)).map(([method, handler]) => [
    method,
    async (request: never): Promise<unknown> => await handler(request),
  ]);
  return Object.fromEntries(entries) as ServiceCalls;
}

/** The app without its window, with the real helper, and the state as a page would have it from the patches alone. */
export class TestApp {
  state: AppState;
  /** How many patches came. */
  patches = 0;
  #waiting: (() => void)[] = [];

  private constructor(
    readonly service: AppService,
    readonly handlers: ServiceCalls,
    state: AppState,
    subscribe: (listener: (patch: AppPatch) => void) => void,
  ) {
    this.state = state;
    subscribe((patch) => {
      this.patches += 1;
      this.state = { ...this.state, ...patch } as AppState;
      for (const wake of this.#waiting.splice(0)) wake();
    });
  }

  static async open(
    stateDirectory: string,
    benchDirectory: string | null,
    helper: readonly [string, ...string[]] = [process.execPath, resolve(root, 'dist/helper.cjs')],
    version = 'test',
  ): Promise<TestApp> {
    let listener: ((patch: AppPatch) => void) | null = null;
    const early: AppPatch[] = [];
    const service = await AppService.open({
      stateDirectory,
      benchDirectory,
      trainingIfEmpty: false,
      installDirectory: root,
      helper,
      version,
      runtimeVersions: {},
      onPatch: (patch) => {
        if (listener === null) early.push(patch);
        else listener(patch);
      },
    });
    const handlers = callsOf(service);
    const state = await handlers.getState({});
    return new TestApp(service, handlers, state, (subscriber) => {
      listener = subscriber;
      for (const patch of early) subscriber(patch);
    });
  }

  /** Waits until the state is as wanted. */
  async until(wanted: (state: AppState) => boolean, what: string, milliseconds = 60_000): Promise<AppState> {
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

  async scan(text: string): Promise<AppState['pairing']['lastScan']> {
    await this.handlers.scan({ text });
    return (await this.handlers.getState({})).pairing.lastScan;
  }
}
