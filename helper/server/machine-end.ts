import { request } from 'node:http';
import { workPath, type MachineWork } from '../../core/contract/agent-bytes';
import type { HelperRequest, HelperResponse } from '../../core/contract/helper-api';
import { PrestageError } from '../../core/base/errors';
import { timeouts } from '../../core/base/timeouts';
import type { JobState } from '../../core/job/job';
import { endMachine, requireAgent } from '../live-setup/end-machine';
import { requireAllUnused } from '../pipeline/require-unused';
import type { AgentMode } from './agent-mode';

/** What a machine of a rack shows on its screen, through its agent, and what it does at the end. */
export class MachineEnd {
  readonly #agent: AgentMode | null;
  #shown = -Infinity;
  /** What the screen was told last. */
  #told: MachineWork = { state: 'none' };
  /** Drives that the station holds: what is told of them stands until it lets go of them. */
  readonly #held = new Set<string>();
  /** Path of the disk that was written last: it is what the machine starts next. */
  #written: string | null = null;

  constructor(agent: AgentMode | null) {
    this.#agent = agent;
  }

  /** Drives are held to be written, erased or checked: what the screen said of how they ended is over. */
  reserved(held: HelperResponse<'reserveDrives'>): HelperResponse<'reserveDrives'> {
    for (const { reservation } of held.reservations) this.#held.add(reservation);
    this.work('queued', null);
    return held;
  }

  /** The station lets go of a drive. */
  released(reservation: string): void {
    this.#held.delete(reservation);
    this.over();
  }

  /** Work on a drive is over: where there is no verdict, and none comes, nothing is said of it any more. */
  over(): void {
    const told = this.#told;
    // A drive that is done is recorded and let go; how it ended is told right after that.
    if (this.#held.size > 0 || told.state !== 'working' || told.job === 'done') return;
    void this.#show({ state: 'none' });
  }

  /** Shows a job's state. Never throws. */
  job(job: JobState): void {
    this.work(job.state, 'bytesDone' in job ? { done: job.bytesDone, total: job.bytesTotal } : null);
  }

  /** Shows what is done with a drive, once a second while only bytes move. Never throws. @param counts bytes; total 0: not known */
  work(job: string, counts: { readonly done: number; readonly total: number } | null): void {
    const now = performance.now();
    if (counts !== null && now - this.#shown < timeouts.machineScreen) return;
    this.#shown = now;
    const { done, total } = counts ?? { done: null, total: null };
    void this.#show({ state: 'working', job, done, total });
  }

  wrote(path: string): void {
    this.#written = path;
  }

  /**
   * A machine with a disk that is worked on stays on: it may have two, and another batch of its station be at the second.
   * @throws PrestageError helper-protocol, live-only, drive-busy, drive-listing-failed, tool-…
   */
  async tell({ verdict, text, atEnd }: HelperRequest<'tellMachine'>): Promise<HelperResponse<'tellMachine'>> {
    if (this.#agent === null) {
      throw new PrestageError({
        code: 'helper-protocol',
        message: 'No agent runs here: nobody is told how the drives of a machine ended.',
      });
    }
    // A folder that stands for a machine: the computer that it lies on is none of the station's.
    const isMachine = this.#agent.bench === null;
    // Before anybody is told that it ends.
    if (isMachine && atEnd !== 'wait') {
      await requireAgent();
      await requireAllUnused();
    }
    await this.#show({ state: 'ended', verdict, text, atEnd, isDone: isMachine });
    if (atEnd === 'wait') return { did: 'wait' };
    if (!isMachine) return { did: 'said' };
    await endMachine(atEnd, this.#written);
    return { did: atEnd };
  }

  async #show(work: MachineWork): Promise<void> {
    const agent = this.#agent;
    if (agent === null) return;
    this.#told = work;
    await new Promise<void>((resolve) => {
      const asked = request({ socketPath: agent.socket, path: workPath, method: 'POST' }, (answer) => {
        answer.resume();
        answer.once('close', resolve);
      });
      asked.setTimeout(timeouts.machineScreen, () => asked.destroy());
      asked.once('error', () => {
        resolve();
      });
      asked.end(JSON.stringify(work));
    });
  }
}
