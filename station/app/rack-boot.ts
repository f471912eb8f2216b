import { Emitter } from 'vscode-jsonrpc/node';
import { toErrorData } from '../../core/base/errors';
import { noBoot, type AppBoot } from '../../core/contract/app-rack';
import type { HostAndPort } from '../../core/settings/rack-settings';
import { listenAtInterface, ownBootImage, usualBootPort } from '../netboot/boot-choice';
import { BootService, type BootHelpers, type SystemGiver } from '../netboot/boot-service';
import type { RackAnswers, RackRequest } from '../rack/rack-protocol';
import type { WorkerThread } from '../threads/worker-thread';

/** What was chosen on the screen. */
export interface BootWish {
  /** Name of the interface. */
  readonly interface: string;
  /** An image of Prestage Live, or the folder where one is mounted. */
  readonly image: string;
}

export type RackThread = WorkerThread<RackRequest, RackAnswers>;

/** Starts machines of the app's rack from the network, with the code of `prestage rack serve --interface`. */
export class RackBoot {
  readonly #changed = new Emitter<void>();
  readonly onChange = this.#changed.event;
  readonly #service: BootService;
  readonly #ownImage = ownBootImage();
  #thread: RackThread | null = null;
  #fetches = noBoot.fetches;
  #interfaces: AppBoot['interfaces'] = null;
  #problem: AppBoot['problem'] = null;

  /** @param version of Prestage */
  constructor(helpers: BootHelpers, version: string) {
    // The system goes to the machines from the thread of the rack: some 400 MB for each.
    const giver: SystemGiver = {
      start: async (system, host, port) => {
        if (this.#thread === null) throw new Error('machines are started without a rack');
        return await this.#thread.ask({ verb: 'giveSystem', system, host, port });
      },
      stop: async () => {
        await this.#thread?.ask({ verb: 'endSystem' }).catch(() => undefined);
      },
    };
    this.#service = new BootService(helpers, version, giver);
    this.#service.on('changed', () => {
      this.#changed.fire();
    });
  }

  get state(): AppBoot {
    return {
      ...{ service: this.#service.state, fetches: this.#fetches },
      ...{ interfaces: this.#interfaces, problem: this.#problem, ownImage: this.#ownImage },
    };
  }

  /** Machines are answered, or will be without anybody's doing. */
  get isOn(): boolean {
    return ['starting', 'serving', 'waiting'].includes(this.#service.state.state);
  }

  /** Where agents find this station. @throws PrestageError boot-interface, boot-default-route, helper-… */
  async listenAt({ interface: name }: BootWish): Promise<HostAndPort> {
    return await listenAtInterface(null, name, this.#service);
  }

  /** Asks which interfaces there are. Never rejects. */
  async look(): Promise<void> {
    try {
      this.#interfaces = [...(await this.#service.interfaces())];
      this.#problem = null;
    } catch (error) {
      this.#problem = toErrorData(error);
    }
    this.#changed.fire();
  }

  /** Asks the thread what machines fetch. Never rejects. */
  async count(): Promise<void> {
    if (this.#thread === null || !this.isOn) return;
    const fetches = await this.#thread.ask({ verb: 'fetches' }).catch(() => null);
    if (fetches !== null) this.#fetches = fetches;
  }

  /**
   * Resolves once machines are answered.
   * @throws PrestageError boot-…, tool-missing, privilege-…, helper-…, cancelled
   */
  async start(
    wish: BootWish,
    rack: { readonly thread: RackThread; readonly listens: string; readonly certificate: string },
  ): Promise<void> {
    this.#thread = rack.thread;
    this.#fetches = noBoot.fetches;
    await this.#service.start({
      ...{ ...wish, httpPort: usualBootPort, fingerprint: rack.certificate },
      agentPort: Number(/\d+$/.exec(rack.listens)?.[0]),
    });
  }

  /** Resolves once nobody is answered any more. Never throws. */
  async stop(): Promise<void> {
    await this.#service.stop();
    this.#thread = null;
    this.#fetches = noBoot.fetches;
  }
}
