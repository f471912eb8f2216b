import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { MachineControl } from '../../helper/boot-test/machine-control';
import type { CliResult } from '../support/cli';

/**
 * A virtual machine of QEMU that has this computer's own files, read-only, and drives of its own: the built programs run in it as
 * root, on drives that a kernel, not a test, says are there.
 */

export interface GuestParts {
  readonly kernel: string;
  readonly initramfs: string;
  /** File with an ext4 that outlives the power. */
  readonly stateImage: string;
  /** Folder with the built programs, which the guest only reads. */
  readonly checkout: string;
  /** A folder that both see, new for each start. */
  readonly share: string;
  /** QEMU's arguments for the drives. */
  readonly drives: readonly string[];
}

/** Where the guest has what outlives it, what both see, and the programs (init.sh). */
export const guestState = '/run/state';
export const guestShare = '/run/share';
const guestPrograms = '/run/checkout/dist/prestage.cjs';

const statsForm = z.array(
  z.object({ device: z.string(), stats: z.object({ wr_bytes: z.number(), rd_bytes: z.number() }) }),
);

export class Guest {
  private readonly waiting = new Map<number, (status: number) => void>();
  private commands = 0;
  private rest = '';
  private announceReady: () => void = () => undefined;
  private readonly ready = new Promise<void>((resolve) => {
    this.announceReady = resolve;
  });

  private constructor(
    private readonly parts: GuestParts,
    private readonly qemu: ChildProcess,
    private readonly serial: Socket,
    private readonly control: MachineControl,
    private readonly stop: AbortController,
    private readonly ended: Promise<void>,
  ) {
    serial.setEncoding('utf8');
    serial.on('data', (text: string) => {
      this.receive(text);
    });
    serial.on('error', () => undefined);
  }

  /** Starts it, and waits until it takes commands. @throws Error with the end of its console */
  static async start(parts: GuestParts): Promise<Guest> {
    mkdirSync(parts.share, { recursive: true });
    const at = (name: string): string => join(parts.share, name);
    const console = at('console');
    const qemu = spawn(
      'qemu-system-x86_64',
      [
        ...['-nodefaults', '-no-user-config', '-no-reboot', '-nic', 'none', '-display', 'none'],
        ...['-machine', 'q35', '-accel', 'tcg,thread=multi', '-cpu', 'max', '-smp', '2', '-m', '2048'],
        ...['-kernel', parts.kernel, '-initrd', parts.initramfs],
        ...['-append', 'console=ttyS0 panic=-1 quiet mitigations=off'],
        ...['-chardev', `file,id=console,path=${console}`, '-serial', 'chardev:console'],
        ...['-chardev', `socket,id=commands,path=${at('commands')},server=on,wait=off`],
        ...['-serial', 'chardev:commands', '-qmp', `unix:${at('control')},server=on,wait=off`],
        ...['-fsdev', 'local,id=host,path=/,security_model=none,readonly=on,multidevs=remap'],
        ...['-device', 'virtio-9p-pci,fsdev=host,mount_tag=host'],
        ...[
          '-fsdev',
          `local,id=checkout,path=${parts.checkout},security_model=none,readonly=on,multidevs=remap`,
        ],
        ...['-device', 'virtio-9p-pci,fsdev=checkout,mount_tag=checkout'],
        ...['-fsdev', `local,id=share,path=${parts.share},security_model=none,multidevs=remap`],
        ...['-device', 'virtio-9p-pci,fsdev=share,mount_tag=share'],
        ...['-drive', `if=none,id=state,format=raw,file=${parts.stateImage}`],
        ...['-device', 'virtio-blk-pci,drive=state,serial=prestage-state'],
        ...parts.drives,
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    // A test that is ended leaves no machine behind.
    process.once('exit', () => qemu.kill('SIGKILL'));
    let said = '';
    qemu.stderr.on('data', (piece: Buffer) => (said += piece.toString()));
    const ended = new Promise<void>((resolve) => {
      qemu.once('close', () => {
        resolve();
      });
    });
    const stop = new AbortController();
    const problem = (): string =>
      `${said}\n${existsSync(console) ? readFileSync(console, 'latin1').slice(-3000) : ''}`;
    try {
      const control = await MachineControl.connect(at('control'), stop.signal);
      const guest = new Guest(parts, qemu, createConnection(at('commands')), control, stop, ended);
      const over = AbortSignal.timeout(300_000);
      await Promise.race([
        guest.ready,
        ended.then(() => Promise.reject(new Error('QEMU ended'))),
        sleep(300_000, undefined, { signal: over, ref: false }).then(() =>
          Promise.reject(new Error('not ready in time')),
        ),
      ]);
      return guest;
    } catch (error) {
      qemu.kill('SIGKILL');
      throw new Error(`The guest does not start: ${String(error)}\n${problem()}`, { cause: error });
    }
  }

  /** Runs a script of the shell as root. */
  async shell(script: string): Promise<CliResult> {
    const number = (this.commands += 1);
    const at = (end: string): string => join(this.parts.share, `${number}.${end}`);
    writeFileSync(at('sh'), script);
    const status = await new Promise<number>((resolve) => {
      this.waiting.set(number, resolve);
      this.serial.write(`${number}\n`);
    });
    const read = (end: string): string => (existsSync(at(end)) ? readFileSync(at(end), 'utf8') : '');
    return { status, stdout: read('out'), stderr: read('err') };
  }

  /** Runs the built command line, as root. Arguments may hold no blank. */
  async prestage(args: readonly string[], state = guestState): Promise<CliResult> {
    const line = ['exec', process.execPath, guestPrograms, ...args, '--state', state].join(' ');
    const run = await this.shell(`export PATH=/usr/sbin:/usr/bin:/sbin:/bin\n${line}\n`);
    return run;
  }

  /** Bytes that the guest has written to a drive since it started. */
  async written(drive: string): Promise<number> {
    const stats = statsForm.parse(await this.control.call('query-blockstats'));
    const found = stats.find(({ device }) => device === drive);
    if (found === undefined) throw new Error(`QEMU has no drive ${drive}`);
    return found.stats.wr_bytes;
  }

  /**
   * Waits until the guest has written so many more bytes to a drive.
   * @param by the command that writes them: where it ends before, it says why
   */
  async untilWritten(drive: string, bytes: number, by: Promise<CliResult>): Promise<void> {
    const ended: { run: CliResult | null } = { run: null };
    void by.then((run) => (ended.run = run));
    const from = await this.written(drive);
    for (let tries = 0; tries < 1500; tries += 1) {
      if ((await this.written(drive)) >= from + bytes) return;
      if (ended.run !== null) {
        throw new Error(`It ended before it wrote to ${drive}: ${ended.run.stdout}${ended.run.stderr}`);
      }
      await sleep(200);
    }
    throw new Error(`The guest does not write to ${drive}`);
  }

  /** Waits until a command has printed this, whether it has ended or not. */
  async untilSaid(words: string): Promise<void> {
    const { share } = this.parts;
    for (let tries = 0; tries < 600; tries += 1) {
      const printed = readdirSync(share).filter((name) => name.endsWith('.out'));
      if (printed.some((name) => readFileSync(join(share, name), 'utf8').includes(words))) return;
      await sleep(200);
    }
    throw new Error(`No command in the guest says '${words}'`);
  }

  /**
   * Slows what is written to a drive. It is read as fast as ever: without udev every listing looks at the tables of all drives.
   * @param bytesPerSecond 0: as fast as it goes
   */
  async throttle(drive: string, bytesPerSecond: number): Promise<void> {
    const none = { bps: 0, bps_rd: 0, iops: 0, iops_rd: 0, iops_wr: 0 };
    await this.control.call('block_set_io_throttle', { device: drive, bps_wr: bytesPerSecond, ...none });
  }

  /** Pulls a device out of the running machine. */
  async pull(device: string): Promise<void> {
    await this.control.call('device_del', { id: device });
  }

  /** The power fails: nothing in the guest hears of it. */
  async cutPower(): Promise<void> {
    this.stop.abort();
    this.serial.destroy();
    this.qemu.kill('SIGKILL');
    await this.ended;
  }

  private receive(text: string): void {
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line.trim() === 'ready') this.announceReady();
      const [, number, status] = /^done (\d+) (\d+)/.exec(line.trim()) ?? [];
      if (number === undefined) continue;
      this.waiting.get(Number(number))?.(Number(status));
      this.waiting.delete(Number(number));
    }
  }
}
