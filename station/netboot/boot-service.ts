import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cancelled, isCancellation, PrestageError, toErrorData } from '../../core/base/errors';
import { sanitizeForDisplay } from '../../core/base/display';
import { timeouts } from '../../core/base/timeouts';
import { requireUsable, type BootInterface } from '../../core/netboot/boot-interface';
import type { BootState } from '../../core/netboot/boot-state';
import { bootFiles, grubConfig } from '../../core/netboot/boot-words';
import type { HelperClient } from '../helper-client/helper-client';
import { logEvent } from '../state/log-file';
import { SystemServer, type ServedSystem } from './system-server';

export interface BootOptions {
  /** Name of the interface that the rack's switch is at. */
  readonly interface: string;
  /** An image of Prestage Live, or the folder where one is mounted. */
  readonly image: string;
  /** TCP port of the system's image. */
  readonly httpPort: number;
  /** TCP port at which this station answers agents, on the interface's address. */
  readonly agentPort: number;
  /** SHA-256 of the station's certificate. */
  readonly fingerprint: string;
}

/** The helpers that it needs. */
export interface BootHelpers {
  plain(): Promise<HelperClient>;
  /** May ask for a password. */
  privileged(): Promise<HelperClient>;
}

/** What gives machines their system. The app has it in a thread of its own. */
export interface SystemGiver {
  /** @returns its TCP port. @throws PrestageError boot-port, boot-interface */
  start(system: ServedSystem, host: string, port: number): Promise<number>;
  /** Never throws. */
  stop(): Promise<void>;
}

/**
 * Starts the machines of a rack from the network: one start, one stop, and a state that tells the rest. Emits `changed` with each new
 * state. What it started ends with it, and with this process, however that ends.
 */
export class BootService extends EventEmitter<{ changed: [BootState] }> {
  readonly #helpers: BootHelpers;
  readonly #version: string;
  readonly #giver: SystemGiver;
  #state: BootState = { state: 'off' };
  #running: { readonly stop: AbortController; readonly ended: Promise<void> } | null = null;

  /** @param version of Prestage: machines are started with the same */
  constructor(helpers: BootHelpers, version: string, giver: SystemGiver = new SystemServer()) {
    super();
    this.#helpers = helpers;
    this.#version = version;
    this.#giver = giver;
  }

  get state(): BootState {
    return this.#state;
  }

  /** The interfaces of this computer, each with what stands against it. @throws PrestageError tool-missing, helper-… */
  async interfaces(): Promise<readonly BootInterface[]> {
    const client = await this.#helpers.plain();
    return (await client.call('listBootInterfaces', {})).interfaces;
  }

  /** The address of an interface through which machines may be started. @throws PrestageError boot-interface, boot-default-route */
  async addressOf(name: string): Promise<string> {
    return requireUsable(name, await this.interfaces()).address;
  }

  /**
   * Starts it, and resolves once machines are answered. What is refused is in the state as well.
   * @throws PrestageError boot-…, tool-missing, privilege-…, helper-…, cancelled
   */
  async start(options: BootOptions): Promise<void> {
    await this.stop();
    const stop = new AbortController();
    this.#become({ state: 'starting', interface: options.interface, done: 0, total: 0 });
    await new Promise<void>((serving, refused) => {
      const ended = this.#run(options, stop.signal, serving)
        .then(
          () => ({ state: 'off' }) as const,
          (error: unknown) => {
            refused(error instanceof Error ? error : new Error(String(error)));
            // Stopped is no refusal.
            if (stop.signal.aborted && isCancellation(error)) return { state: 'off' } as const;
            logEvent('error', 'boot-ended', { error: toErrorData(error) });
            return { state: 'refused', error: toErrorData(error) } as const;
          },
        )
        .then((state) => {
          if (this.#running?.stop === stop) this.#running = null;
          this.#become(state);
        });
      this.#running = { stop, ended };
    });
  }

  /** Stops it, and resolves once nobody is answered any more. Never throws. */
  async stop(): Promise<void> {
    const running = this.#running;
    if (running !== null) {
      running.stop.abort();
      await running.ended;
    } else if (this.#state.state === 'refused') {
      this.#become({ state: 'off' });
    }
  }

  async #run(options: BootOptions, signal: AbortSignal, onServing: () => void): Promise<void> {
    const { interface: name, image, httpPort, agentPort, fingerprint } = options;
    const address = await this.addressOf(name);
    const plain = await this.#helpers.plain();
    const onTaskProgress = ({ done, total }: { readonly done: number; readonly total: number }): void => {
      if (!signal.aborted) this.#become({ state: 'starting', interface: name, done, total });
    };
    const opened = await plain.call(
      'openBootImage',
      { progressToken: randomUUID(), path: image },
      { signal, onTaskProgress },
    );
    const { folder, system } = opened;
    try {
      if (opened.version !== this.#version) throw otherVersion(opened.version, this.#version);
      const port = await this.#giver.start(system, address, httpPort);
      const words = { address, httpPort: port, agentPort, fingerprint, system: system.sha256 };
      const config = join(folder, bootFiles.grubConfig);
      mkdirSync(dirname(config), { recursive: true, mode: 0o755 });
      writeFileSync(config, grubConfig(words), { mode: 0o644 });
      for (;;) {
        const privileged = await untilStopped(this.#helpers.privileged(), signal);
        try {
          await privileged.call(
            'serveBoot',
            { progressToken: randomUUID(), interface: name, address, folder },
            {
              signal,
              onTaskProgress: () => {
                const serves = { interface: name, address, httpPort: port, version: opened.version };
                logEvent('info', 'boot-serving', serves);
                this.#become({ state: 'serving', ...serves });
                onServing();
              },
            },
          );
        } catch (error) {
          if (!(error instanceof PrestageError) || error.code !== 'boot-link') throw error;
          logEvent('error', 'boot-waits', { error: error.data });
          this.#become({ state: 'waiting', interface: name, error: error.data });
        }
        await this.#linkOf(name, address, signal);
      }
    } finally {
      await this.#giver.stop();
      await plain.call('closeBootImage', { folder }).catch(() => undefined);
    }
  }

  /** Waits until the interface has its link again. Its address may go and come with it. @throws PrestageError boot-default-route, cancelled */
  async #linkOf(name: string, address: string, signal: AbortSignal): Promise<void> {
    for (;;) {
      await sleep(timeouts.bootLook, null, { signal }).catch(() => {
        throw cancelled('Starting machines from the network');
      });
      const found = (await this.interfaces()).find((one) => one.name === name);
      if (found?.refused?.code === 'boot-default-route') throw new PrestageError(found.refused);
      if (found?.refused === null && found.address === address) return;
    }
  }

  #become(state: BootState): void {
    this.#state = state;
    this.emit('changed', state);
  }
}

/** Whoever is asked for a password may take their time: nobody waits for them who has stopped it. @throws PrestageError cancelled */
async function untilStopped<T>(asked: Promise<T>, signal: AbortSignal): Promise<T> {
  return await new Promise<T>((resolve, reject) => {
    const stopped = (): void => {
      reject(cancelled('Starting machines from the network'));
    };
    if (signal.aborted) stopped();
    signal.addEventListener('abort', stopped, { once: true });
    asked.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', stopped);
    });
  });
}

function otherVersion(found: string, own: string): PrestageError {
  return new PrestageError({
    code: 'boot-image',
    message: `The image is Prestage Live ${sanitizeForDisplay(found, 40)}, and this station is Prestage ${sanitizeForDisplay(own, 40)}: its machines would be turned away.`,
  });
}
