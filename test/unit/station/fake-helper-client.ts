import {
  helperMethods,
  type HelperMethod,
  type HelperRequest,
  type HelperResponse,
  type JobProgress,
} from '../../../core/contract/helper-api';
import type { JobState } from '../../../core/job/job';
import type { HelperClient } from '../../../station/helper-client/helper-client';

type Answer = (request: unknown) => unknown;

/** The part of a helper client that jobs use. What the test gave no answer for is refused, as by a dead helper. */
export class FakeHelperClient implements Pick<HelperClient, 'call' | 'onJobProgress'> {
  readonly #name: string;
  readonly #log: string[];
  readonly #answers: Partial<Record<HelperMethod, Answer>>;
  readonly #listeners = new Set<(progress: JobProgress) => void>();
  /** Every request, in order. */
  readonly requests: { readonly method: HelperMethod; readonly request: unknown }[] = [];

  /** @param log gets a line `NAME METHOD` for each call */
  constructor(name: string, log: string[], answers: Partial<Record<HelperMethod, Answer>>) {
    this.#name = name;
    this.#log = log;
    this.#answers = answers;
  }

  /** How many listeners are left. */
  get listening(): number {
    return this.#listeners.size;
  }

  get client(): HelperClient {
    return this as Pick<HelperClient, 'call' | 'onJobProgress'> as HelperClient;
  }

  call<M extends HelperMethod>(method: M, params: HelperRequest<M>): Promise<HelperResponse<M>> {
    this.#log.push(`${this.#name} ${method}`);
    const request: unknown = helperMethods[method].request.parse(params);
    this.requests.push({ method, request });
    return new Promise((resolve) => {
      const answer = this.#answers[method];
      if (answer === undefined) throw new Error(`${this.#name} cannot be asked for ${method}`);
      resolve(helperMethods[method].response.parse(answer(request)) as HelperResponse<M>);
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
