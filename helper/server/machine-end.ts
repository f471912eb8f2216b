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
  /** Path of the disk that was written last: it is what the machine starts next. */
  #written: string | null = null;

  constructor(agent: AgentMode | null) {
    this.#agent = agent;
  }

  /** Shows a job's state, once a second while only bytes move. Never throws. */
  job(job: JobState): void {
    const counts = 'bytesDone' in job ? job : null;
    const now = performance.now();
    if (counts !== null && now - this.#shown < timeouts.machineScreen) return;
    this.#shown = now;
    void this.#show({
      ...{ state: 'working', job: job.state },
      ...{ done: counts?.bytesDone ?? null, total: counts?.bytesTotal ?? null },
    });
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
