import {
  engineMethods,
  type EngineMethod,
  type EngineRequest,
  type EngineResponse,
  type JobProgress,
} from '../../../core/contract/helper-api';
import type { JobState } from '../../../core/job/job';
import type { EngineClient } from '../../../station/helper-client/helper-client';

type Answer = (request: unknown) => unknown;

/** The part of an engine client that jobs use. What the test gave no answer for is refused, as by a dead helper. */
export class FakeEngine implements Pick<EngineClient, 'call' | 'onJobProgress'> {
  readonly #name: string;
  readonly #log: string[];
  readonly #answers: Partial<Record<EngineMethod, Answer>>;
  readonly #listeners = new Set<(progress: JobProgress) => void>();
  /** Every request, in order. */
  readonly requests: { readonly method: EngineMethod; readonly request: unknown }[] = [];

  /** @param log gets a line `NAME METHOD` for each call */
  constructor(name: string, log: string[], answers: Partial<Record<EngineMethod, Answer>>) {
    this.#name = name;
    this.#log = log;
    this.#answers = answers;
  }

  /** How many listeners are left. */
  get listening(): number {
    return this.#listeners.size;
  }

  get client(): EngineClient {
    return this as Pick<EngineClient, 'call' | 'onJobProgress'> as EngineClient;
  }

  call<M extends EngineMethod>(method: M, params: EngineRequest<M>): Promise<EngineResponse<M>> {
    this.#log.push(`${this.#name} ${method}`);
    const request: unknown = engineMethods[method].request.parse(params);
    this.requests.push({ method, request });
    return new Promise((resolve) => {
      const answer = this.#answers[method];
      if (answer === undefined) throw new Error(`${this.#name} cannot be asked for ${method}`);
      resolve(engineMethods[method].response.parse(answer(request)) as EngineResponse<M>);
    });
  }

  onJobProgress(listener: (progress: JobProgress) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Says a job's state, as a helper does while it works. */
  say(jobId: string, job: JobState): void {
    for (const listener of this.#listeners) listener({ jobId, job });
  }
}
