import { networkInterfaces } from 'node:os';
import { Emitter } from 'vscode-jsonrpc/node';
import {
  cancelled,
  isCancellation,
  PrestageError,
  toErrorData,
  type ErrorData,
} from '../../core/base/errors';
import { timeouts } from '../../core/base/timeouts';
import { noRack, type AppRack, type AppRackMachine } from '../../core/contract/app-rack';
import type { AppRequest } from '../../core/contract/app';
import type { Rack, RackMachine } from '../../core/contract/rack';
import {
  readHostAndPort,
  withImage,
  type HostAndPort,
  type RackSettings,
} from '../../core/settings/rack-settings';
import { RackClient } from '../rack/rack-client';
import { logEvent } from '../state/log-file';
import type { ServeRackOptions } from '../rack/serve-rack';
import { WorkerThread } from '../threads/worker-thread';
import { LastShown } from './last-shown';
import { rackInUse, noOperator } from './app-refusals';
import type { BootWish, RackBoot, RackThread } from './rack-boot';
import type { RackDrives } from './rack-drives';

export interface RackServiceDependencies {
  readonly paths: ServeRackOptions['paths'];
  /** Absolute path of the bundled rack-worker. */
  readonly workerFile: string;
  /** Of Prestage. */
  readonly version: string;
  readonly stationName: () => string;
  readonly settings: () => RackSettings;
  /** Keeps the address. @throws PrestageError settings-invalid, state-unavailable */
  readonly keep: (settings: RackSettings) => void;
  readonly operator: () => string;
  /** A drive in a machine is written, erased or checked. */
  readonly busy: () => boolean;
  readonly drives: RackDrives;
  /** Starts machines from the network. */
  readonly boot: RackBoot;
}

/**
 * The rack of this station: serves it in a thread of its own when somebody switches it on, with the code of `prestage rack serve`, and
 * shows what is served, by this app or by another program of the station. Both are asked over the same socket.
 */
export class RackService {
  readonly #changed = new Emitter<void>();
  readonly onChange = this.#changed.event;
  readonly #dependencies: RackServiceDependencies;
  readonly #client: RackClient;
  readonly #state = new LastShown<AppRack>(noRack);
  #rack: Rack | null = null;
  #thread: RackThread | null = null;
  /** As the thread tells them. */
  #served: { readonly listens: string; readonly certificate: string } | null = null;
  /** It was begun for a closed network. */
  #closedNetwork = false;
  /** How machines are started; null: they are not. */
  #wish: BootWish | null = null;
  /** What begins right now; null: nothing. */
  #starting: 'rack' | 'machines' | null = null;
  /** What begins is not wanted any more. */
  #unwanted = false;
  /** Why it could not be served, until the next try. */
  #refusal: ErrorData | null = null;
  #running: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(dependencies: RackServiceDependencies) {
    this.#dependencies = dependencies;
    this.#client = new RackClient(dependencies.paths.rackSocket);
    dependencies.boot.onChange(() => {
      this.#show();
    });
  }

  get state(): AppRack {
    return this.#state.value;
  }

  /** Begins to look from time to time whether a rack is served. */
  begin(): void {
    void this.look();
  }

  /**
   * Nobody is answered where it throws, but for a rack that was served before.
   * @throws PrestageError rack-running, rack-address, rack-key-damaged, settings-invalid, boot-…, privilege-…, tool-missing; not-confirmed
   * without an operator
   */
  async serve({ listen, boot }: AppRequest<'serveRack'>): Promise<void> {
    const { settings, keep, boot: starter } = this.#dependencies;
    this.#requireOperator(settings());
    const again = this.#thread !== null;
    if (this.#starting !== null || (again && (boot === null || starter.isOn))) return;
    this.#starting = again ? 'machines' : 'rack';
    this.#unwanted = false;
    this.#refusal = null;
    this.#show();
    try {
      if (!again) await this.#begin(boot === null ? readAddress(listen) : await starter.listenAt(boot));
      await this.#startMachines(boot);
      const port = listen === null ? null : (readHostAndPort(listen)?.port ?? null);
      const { boot: kept } = settings();
      // A port that was left to the system is that of this run.
      keep({
        ...settings(),
        ...(boot === null && port !== 0 ? { listen } : {}),
        boot: { ...kept, on: boot !== null, interface: boot?.interface ?? kept.interface },
      });
    } catch (error) {
      if (!again) {
        await this.#end();
        if (!isCancellation(error)) this.#refusal = toErrorData(error);
      }
      // Somebody has stopped it, and knows.
      if (!isCancellation(error)) throw error;
    } finally {
      this.#starting = null;
      await this.look();
    }
    // It may have been changed while this began.
    await this.settle();
  }

  /** An image of Prestage Live for machines to start: it is remembered. @throws PrestageError settings-invalid, state-unavailable */
  useImage(image: string): void {
    const { settings, keep } = this.#dependencies;
    const { boot } = settings();
    keep({ ...settings(), boot: { ...boot, images: withImage(boot.images, image) } });
  }

  /** Asks which network interfaces there are. Never rejects. */
  async lookAtInterfaces(): Promise<void> {
    await this.#dependencies.boot.look();
  }

  /** The thread, and in it the rack for agents. */
  async #begin(address: HostAndPort): Promise<void> {
    const { settings, paths, version, stationName, operator, workerFile, boot } = this.#dependencies;
    const { closedNetwork } = settings();
    const thread: RackThread = new WorkerThread({
      ...{ file: workerFile, data: null, gone },
      onEnd: (cause) => {
        // One that was stopped is not the one that serves any more.
        const isOurs = this.#thread === thread;
        if (isOurs) [this.#thread, this.#refusal] = [null, gone(cause).data];
        void (isOurs ? boot.stop() : Promise.resolve()).then(() => this.look());
      },
    });
    try {
      const { rack, rackSocket, rackMachines } = paths;
      const { imageCache, library, settingsFile, publicKeyFile } = paths;
      this.#served = await thread.ask({
        verb: 'serve',
        options: {
          paths: {
            ...{ rack, rackSocket, rackMachines },
            ...{ imageCache, library, settingsFile, publicKeyFile },
          },
          ...{ listen: address, version, stationName: stationName() },
          ...{ closedNetwork: closedNetwork ? operator() : null, grace: timeouts.rackGrace },
        },
      });
    } catch (error) {
      await thread.end();
      throw error;
    }
    this.#thread = thread;
    this.#closedNetwork = closedNetwork;
    logEvent('info', 'rack-served', { listens: this.#served.listens, closedNetwork, operator: operator() });
  }

  async #startMachines(wish: BootWish | null): Promise<void> {
    this.#wish = wish;
    const [thread, served] = [this.#thread, this.#served];
    if (this.#unwanted) throw cancelled('Serving the rack');
    if (wish === null || thread === null || served === null) return;
    await this.#dependencies.boot.start(wish, { thread, ...served });
  }

  /** @throws PrestageError drive-busy while machines are written */
  async stop(): Promise<void> {
    // What only begins is ended where it stands.
    if (this.#starting !== null) {
      this.#unwanted = true;
      await this.#dependencies.boot.stop();
      return;
    }
    if (this.#thread === null) return;
    if (this.#dependencies.busy()) throw rackInUse();
    await this.#end();
    await this.look();
  }

  /**
   * Whether these settings can count now; asked before they are kept, so that nothing is shown that does not hold.
   * @throws PrestageError drive-busy while machines are written, not-confirmed without an operator
   */
  requireChange(wanted: Pick<RackSettings, 'closedNetwork'>): void {
    const isOurs = this.#thread !== null || this.#starting !== null;
    const isNew = wanted.closedNetwork !== this.#dependencies.settings().closedNetwork;
    if (isOurs && isNew) this.#requireServedAgain(wanted);
  }

  /** The rack can be ended now, and served again with these settings. @throws PrestageError as `requireChange` */
  #requireServedAgain(wanted: Pick<RackSettings, 'closedNetwork'>): void {
    if (this.#dependencies.busy()) throw rackInUse();
    this.#requireOperator(wanted);
  }

  /** Who is let in without a code is let in by somebody. @throws PrestageError not-confirmed without an operator */
  #requireOperator({ closedNetwork }: Pick<RackSettings, 'closedNetwork'>): void {
    if (closedNetwork && this.#dependencies.operator() === '') throw noOperator();
  }

  /**
   * Who is let in was changed: it counts from now on. What refuses it is asked first: the rack is ended only to be served again.
   * @throws PrestageError as `serve`; drive-busy while machines are written
   */
  async settle(): Promise<void> {
    const { settings, boot } = this.#dependencies;
    const { closedNetwork } = settings();
    const listens = this.#served?.listens ?? null;
    const isOurs = this.#starting === null && this.#thread !== null;
    if (!isOurs || listens === null || this.#closedNetwork === closedNetwork) return;
    this.#requireServedAgain({ closedNetwork });
    const wish = boot.isOn ? this.#wish : null;
    await this.#end();
    await this.serve({ listen: listens, boot: wish });
  }

  /** @throws PrestageError rack-…, machine-contradicts, serial-…; not-confirmed without an operator */
  async admit({ code, serial }: AppRequest<'admitMachine'>): Promise<void> {
    const operator = this.#dependencies.operator();
    if (operator === '') throw noOperator();
    await this.#client.admit(code, operator, serial);
    await this.look();
  }

  /** @throws PrestageError rack-not-served, rack-machine-unknown */
  async refuse({ code }: AppRequest<'refuseMachine'>): Promise<void> {
    await this.#client.refuse(code);
    await this.look();
  }

  /** What is known of the machine that a drive is in, beside its disks; null: nothing. */
  machineOf(id: string): RackMachine | null {
    return this.#rack?.machines.find((machine) => machine.id === id) ?? null;
  }

  /** IDs of the machines that are connected. */
  get connected(): ReadonlySet<string> {
    return new Set(this.#rack?.machines.flatMap(({ id, connected }) => (connected ? [id] : [])));
  }

  /** More is known of the machines' disks. */
  reconsider(): void {
    this.#show();
  }

  /** Looks now. Never rejects. */
  async look(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    // What began before the call may not know what was done since.
    if (this.#running !== null) await this.#running;
    this.#running ??= this.#look().finally(() => {
      this.#running = null;
    });
    await this.#running;
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#dependencies.drives.close();
    await this.#end();
  }

  async #end(): Promise<void> {
    // First: machines are not to be started for a rack that is gone.
    await this.#dependencies.boot.stop();
    const thread = this.#thread;
    this.#thread = null;
    if (thread === null) return;
    await thread.ask({ verb: 'stop' }).catch(() => undefined);
    await thread.end();
    logEvent('info', 'rack-not-served');
  }

  async #look(): Promise<void> {
    let problem: ErrorData | null = null;
    try {
      const [rack] = await Promise.all([this.#client.read(), this.#dependencies.boot.count()]);
      this.#tell(rack);
      this.#rack = rack;
    } catch (error) {
      problem = toErrorData(error);
    }
    if (this.#closed) return;
    this.#dependencies.drives.look(this.#rack);
    this.#show(problem);
    const pause = this.#rack === null ? timeouts.driveListing : timeouts.rackLook;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.look(), pause);
  }

  #show(problem: ErrorData | null = this.#state.value.error): void {
    const rack = this.#rack;
    const served = this.#thread === null ? 'elsewhere' : 'here';
    const state: AppRack = {
      serves: this.#starting === 'rack' ? 'starting' : rack === null ? 'off' : served,
      listens: rack?.listens ?? null,
      certificate: rack?.certificate ?? null,
      closedNetwork: rack?.closedNetwork ?? false,
      addresses: addressesOfThisComputer(),
      machines: (rack?.machines ?? []).map((machine) => this.#shown(machine)),
      boot: this.#dependencies.boot.state,
      error: rack === null ? (this.#refusal ?? problem) : problem,
    };
    if (!this.#state.become(state)) return;
    this.#changed.fire();
  }

  #shown(told: RackMachine): AppRackMachine {
    const { id, machine, state, code, problem, connected, address, admission, station } = told;
    return {
      ...{ id, state, code, problem, connected, address, how: admission?.how ?? null },
      // What stands in its place for a station says nothing to anybody.
      serial: station === undefined ? (admission?.serial ?? machine.serial) : null,
      model: machine.facts.model ?? null,
      station: station ?? null,
      disks: state === 'admitted' && station === undefined ? this.#dependencies.drives.noteOf(id) : null,
    };
  }

  /** Who was let in and turned away goes into the log file, as `rack serve` has it. */
  #tell(rack: Rack | null): void {
    for (const { id, state, address, admission, version } of rack?.machines ?? []) {
      if (this.machineOf(id)?.state === state) continue;
      logEvent('info', 'rack-machine', { id, state, address, admission, version });
    }
  }
}

/** @throws PrestageError rack-address */
function readAddress(listen: string | null): HostAndPort {
  const address = listen === null ? null : readHostAndPort(listen);
  if (address !== null) return address;
  throw new PrestageError({
    code: 'rack-address',
    message: 'That is not an address with a port.',
    remedy: 'Give an address of this computer and a port, as in 192.168.77.1:7411.',
  });
}

function gone(cause: string): PrestageError {
  return new PrestageError({
    code: 'rack-address',
    message: 'The rack is not served any more.',
    cause,
    remedy: 'Switch it on again.',
  });
}

/** Where machines could reach this computer, by what its interfaces are called. */
function addressesOfThisComputer(): AppRack['addresses'] {
  return Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) =>
    addresses
      .filter(({ family, internal }) => family === 'IPv4' && !internal)
      .map(({ address }) => ({ name, address })),
  );
}
