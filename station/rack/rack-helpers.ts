import { setTimeout as sleep } from 'node:timers/promises';
import type { RackMachine } from '../../core/contract/rack';
import { sanitizeForDisplay } from '../../core/base/display';
import { cancelled, isCancellation, PrestageError, toErrorData } from '../../core/base/errors';
import { timeouts } from '../../core/base/timeouts';
import type { Drive } from '../../core/drive/drive';
import type { HelperClient } from '../helper-client/helper-client';
import {
  unknownMachine,
  type MachineDrives,
  type MachineFacts,
  type MachineHelpers,
} from '../helper-client/helpers';
import type { StatePaths } from '../state/state-paths';
import { MachineClient, type MachinePatience } from './machine-client';
import { RackClient } from './rack-client';

/** The machines of the rack that another program of this user serves, for the jobs of this one. */
export class RackHelpers implements MachineHelpers {
  readonly #client: string;
  readonly #rack: RackClient;
  readonly #open = new Map<string, Promise<MachineClient>>();
  /** Those of them that somebody works with, beside the listing of their drives. */
  readonly #lent = new WeakSet<Promise<MachineClient>>();
  /** Those that are greeted, too. */
  readonly #clients = new Set<MachineClient>();
  /** Serials of all that were there, by ID: what is lost is named so that somebody finds it. */
  readonly #serials = new Map<string, string>();
  #left = false;

  readonly #patience: number;
  readonly #machinePatience: Partial<MachinePatience> | undefined;

  /**
   * @param client what the station calls itself
   * @param patience milliseconds in which a machine lists its drives
   * @param machinePatience how long a machine may say nothing at anything else; missing: as long as it usually takes
   */
  constructor(
    paths: Pick<StatePaths, 'rackSocket'>,
    client: string,
    patience: number = timeouts.rackOpen + timeouts.rackList,
    machinePatience?: Partial<MachinePatience>,
  ) {
    this.#client = client;
    this.#patience = patience;
    this.#machinePatience = machinePatience;
    this.#rack = new RackClient(paths.rackSocket, Math.min(patience, timeouts.rackSilent));
  }

  /** The machines that are admitted and there. */
  async machines(): Promise<RackMachine[]> {
    return (await this.#admitted()).filter(({ connected }) => connected);
  }

  async #admitted(): Promise<RackMachine[]> {
    const admitted = ((await this.#rack.read())?.machines ?? []).filter(
      ({ state, station }) => state === 'admitted' && station === undefined,
    );
    for (const { id, admission } of admitted) if (admission !== null) this.#serials.set(id, admission.serial);
    return admitted;
  }

  async listDrives(only: ReadonlySet<string> | null, signal?: AbortSignal): Promise<MachineDrives> {
    let all: RackMachine[];
    try {
      all = await this.machines();
    } catch (error) {
      if (only !== null) throw error;
      // The drives of the bench are none of its business.
      return {
        drives: [],
        problems: [
          { machine: null, message: `The machines of the rack are not known: ${toErrorData(error).message}` },
        ],
      };
    }
    const machines = all.filter(({ id }) => only === null || only.has(id));
    const lists = await Promise.all(machines.map((machine) => this.drivesIn(machine, signal)));
    const absent = [...(only ?? [])].filter((id) => machines.every((one) => one.id !== id));
    return {
      drives: lists.flatMap(({ drives }): readonly Drive[] => drives),
      problems: [
        ...lists.flatMap(({ problem }) => (problem === null ? [] : [problem])),
        ...absent.map((id) => ({ machine: id, message: this.#unknown(id).message })),
      ],
    };
  }

  /** The drives of one machine that is there, or why they are not known. @throws PrestageError cancelled */
  async drivesIn(
    machine: RackMachine,
    signal?: AbortSignal,
  ): Promise<{
    readonly drives: readonly Drive[];
    readonly problem: MachineDrives['problems'][number] | null;
  }> {
    const listed = new AbortController();
    const isOurs = !this.#open.has(machine.id);
    try {
      const late = this.#outOfPatience(listed.signal, signal);
      return { drives: await Promise.race([this.#drivesOf(machine, signal), late]), problem: null };
    } catch (error) {
      // Whoever ends the command is not to wait for it either. A job that has come to it meanwhile goes on.
      const start = this.#open.get(machine.id);
      if (isOurs && start !== undefined && !this.#lent.has(start)) {
        void start.then((client) => client.dispose(0), ignore);
      }
      if (isCancellation(error)) throw error;
      const serial = sanitizeForDisplay(machine.admission?.serial ?? machine.id, 80);
      const message = `The drives of machine ${serial} could not be listed: ${toErrorData(error).message}`;
      return { drives: [], problem: { machine: machine.id, message } };
    } finally {
      listed.abort();
    }
  }

  async #drivesOf(machine: RackMachine, signal?: AbortSignal): Promise<readonly Drive[]> {
    const client = await this.#clientOf(machine.id, () => machine);
    const request = { benchDirectory: machine.bench, protectedPaths: [] };
    return (await client.call('listDrives', request, signal === undefined ? {} : { signal })).drives;
  }

  /** One machine that says nothing is not to hide the drives of all others, nor to outlast Ctrl+C. */
  #outOfPatience(listed: AbortSignal, signal?: AbortSignal): Promise<never> {
    const late = sleep(this.#patience, null, {
      signal: AbortSignal.any([listed, ...(signal === undefined ? [] : [signal])]),
    }).then(
      () => {
        throw new PrestageError({
          code: 'drive-listing-failed',
          message: `It has not answered for ${Math.round(this.#patience / 1000)} s.`,
        });
      },
      () => {
        throw cancelled('The listing of the drives');
      },
    );
    late.catch(ignore);
    return late;
  }

  async facts(): Promise<Map<string, MachineFacts>> {
    return new Map(
      (await this.#admitted()).flatMap(({ id, machine, certificate, admission, connected }) =>
        admission === null ? [] : [[id, { id, machine, certificate, admission, connected }] as const],
      ),
    );
  }

  async clientOf(id: string): Promise<HelperClient> {
    const start = this.#clientOf(id, () => this.#find(id));
    this.#lent.add(start);
    return await start;
  }

  /** @param find asked only where no connection is open: the list is long, and was just read where all are asked for their drives */
  #clientOf(id: string, find: () => RackMachine | Promise<RackMachine>): Promise<MachineClient> {
    const open = this.#open.get(id);
    if (open !== undefined) return open;
    const start = this.#start(id, find);
    this.#open.set(id, start);
    const forget = (): void => {
      if (this.#open.get(id) === start) this.#open.delete(id);
    };
    start.then((client) => client.exited.then(forget), forget);
    return start;
  }

  /** @throws PrestageError rack-machine-unknown */
  async #find(id: string): Promise<RackMachine> {
    const found = (await this.machines()).find((one) => one.id === id);
    if (found === undefined) throw this.#unknown(id);
    return found;
  }

  #unknown(id: string): PrestageError {
    return unknownMachine(this.#serials.get(id) ?? id);
  }

  async leave(): Promise<void> {
    this.#left = true;
    this.#open.clear();
    await Promise.all([...this.#clients].map((client) => client.dispose(0)));
  }

  async dispose(): Promise<void> {
    const started = await Promise.allSettled(this.#open.values());
    await Promise.all(
      started.map(async (start) => {
        if (start.status === 'fulfilled') await start.value.dispose();
      }),
    );
  }

  /** @throws PrestageError cancelled */
  #requireNotLeft(): void {
    if (this.#left) throw cancelled('The connection to the machine');
  }

  async #start(id: string, find: () => RackMachine | Promise<RackMachine>): Promise<MachineClient> {
    this.#requireNotLeft();
    const machine = await find();
    const { session, stream } = await this.#rack.connect(id);
    const client = new MachineClient(this.#rack, session, stream, machine, this.#machinePatience);
    this.#clients.add(client);
    void client.exited.then(() => this.#clients.delete(client));
    try {
      this.#requireNotLeft();
      await client.greet(this.#client);
      return client;
    } catch (error) {
      await client.dispose(0);
      throw error;
    }
  }
}

function ignore(): void {
  // Said elsewhere, or to nobody any more.
}
