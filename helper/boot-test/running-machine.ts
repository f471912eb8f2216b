/** The process of a boot test's machine: whom it runs as, what it shows, how it ends. */
import type { ChildProcessByStdio } from 'node:child_process';
import { constants, statSync } from 'node:fs';
import { open, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { timeouts } from '../../core/base/timeouts';
import { consoleLines, parsePixmap, type Picture } from '../../core/job/boot-test';
import { MachineControl } from './machine-control';

export type Machine = ChildProcessByStdio<null, Readable, Readable>;

interface MachineUser {
  readonly uid: number;
  readonly gid: number;
}

/** nobody and nogroup have this number on every Linux. */
const nobody = 65534;

/**
 * Whom QEMU runs as. Never root, and not whoever asked for rights: they could put something else in the place of its
 * files, which this process then reads. The group is the one that may use KVM.
 * @returns null: the user that this process runs as
 */
export function machineUser(): MachineUser | null {
  if (process.geteuid?.() !== 0) return null;
  const kvm = statSync('/dev/kvm', { throwIfNoEntry: false });
  return { uid: nobody, gid: kvm === undefined || kvm.gid === 0 ? nobody : kvm.gid };
}

/** One whose drive hangs stays in the kernel, where no signal reaches it: nobody waits for that. */
export async function endOf(machine: Machine): Promise<void> {
  if (machine.exitCode !== null || machine.signalCode !== null || machine.pid === undefined) return;
  const ended = new AbortController();
  machine.once('close', () => {
    ended.abort();
  });
  machine.kill('SIGKILL');
  await sleep(timeouts.toolKill, null, { signal: ended.signal }).catch(() => undefined);
  if (ended.signal.aborted) return;
  for (const pipe of [machine.stdout, machine.stderr]) pipe.destroy();
  machine.unref();
}

/** One by one and by name: the folder is another user's, who could lead a walk through it elsewhere. */
export async function removeScratch(scratch: string): Promise<void> {
  for (const name of ['variables.fd', 'control', 'display.ppm', 'display.png']) {
    await rm(join(scratch, name), { force: true }).catch(() => undefined);
  }
  await rmdir(scratch).catch(() => undefined);
}

/** A running machine: its console so far, its display, its end. */
export class Watched {
  readonly #scratch: string;
  readonly #socket: string;
  #control: MachineControl | null = null;
  #console = '';
  stderr = '';
  readonly #end = new AbortController();

  constructor(machine: Machine, scratch: string, socket: string) {
    this.#scratch = scratch;
    this.#socket = socket;
    const consoleLimit = 256 * 1024;
    machine.stdout.on('data', (piece: Buffer) => {
      this.#console = (this.#console + piece.toString('latin1')).slice(-consoleLimit);
    });
    machine.stderr.on('data', (piece: Buffer) => {
      this.stderr = (this.stderr + piece.toString('utf8')).slice(-consoleLimit);
    });
    machine.on('error', (error) => {
      this.stderr += error.message;
      this.#end.abort();
    });
    machine.on('close', () => {
      this.#end.abort();
    });
  }

  /** It has ended: by itself, or it could not be started. */
  get ended(): boolean {
    return this.#end.signal.aborted;
  }

  lines(): string[] {
    return consoleLines(this.#console);
  }

  /** False when the accelerator gave up on the guest. */
  async runs(signal: AbortSignal): Promise<boolean> {
    const control = await this.#connected(signal);
    const status = (await control.call('query-status')) as { status?: unknown };
    return status.status !== 'internal-error';
  }

  /** The display as it is; null while there is none. */
  async picture(signal: AbortSignal): Promise<Picture | null> {
    const bytes = await this.#dump('ppm', signal);
    return bytes === null ? null : parsePixmap(bytes);
  }

  /** The same as a PNG. */
  async png(signal: AbortSignal): Promise<Buffer | null> {
    return await this.#dump('png', signal);
  }

  async #dump(format: 'ppm' | 'png', signal: AbortSignal): Promise<Buffer | null> {
    const filename = join(this.#scratch, `display.${format}`);
    try {
      await (await this.#connected(signal)).call('screendump', { filename, format });
      return await readOwn(filename);
    } catch {
      // The machine has just ended, or has no display yet.
      return null;
    }
  }

  async #connected(signal: AbortSignal): Promise<MachineControl> {
    // One whose accelerator does not run here has ended long before it listens.
    this.#control ??= await MachineControl.connect(this.#socket, AbortSignal.any([signal, this.#end.signal]));
    return this.#control;
  }
}

/** Reads a file that QEMU wrote, and nothing that it only leads to. */
async function readOwn(file: string): Promise<Buffer> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const details = await handle.stat();
    const owner = machineUser()?.uid ?? process.geteuid?.();
    if (!details.isFile() || details.uid !== owner) throw new Error('not a picture of the machine');
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}
