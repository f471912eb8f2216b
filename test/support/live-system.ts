import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { prestage, type CliResult } from './cli';
import { standInLsblk, type Device } from './refusal-lsblk';

/**
 * A Prestage Live system around the real programs: a mount namespace of its own, in which the files that make a system live, and
 * what /sys tells of disks and controllers, lie where they belong. The product has no switch for tests. Root only.
 */
export interface LiveOptions {
  readonly commandLine?: string;
  /** What lsblk prints; left out: what it prints of this computer. */
  readonly devices?: readonly Device[];
  /** Kernel names of these devices, each with the kernel's number of its attachment. */
  readonly sequences?: Readonly<Record<string, number>>;
  /** live.json of the start; null: it was not written. */
  readonly start: unknown;
  /** Files below /sys/bus/pci/devices. */
  readonly controllers?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly built?: string;
}

export class LiveSystem {
  readonly folder: string;
  readonly #holder: ChildProcess;
  readonly #path: string;

  private constructor(folder: string, holder: ChildProcess, path: string) {
    this.folder = folder;
    this.#holder = holder;
    this.#path = path;
  }

  /** @param folder of the test's own; made */
  static async start(folder: string, options: LiveOptions): Promise<LiveSystem> {
    const write = (path: string, text: string): void => {
      mkdirSync(join(folder, path, '..'), { recursive: true });
      writeFileSync(join(folder, path), text);
    };
    const { built = '2026-11-20', commandLine = 'boot=live prestage.role=station prestage.slot=a' } = options;
    write('cmdline', `${commandLine}\n`);
    write('image/live.json', JSON.stringify({ version: '0.6.0', built, commit: 'abc1234' }));
    mkdirSync(join(folder, 'run/prestage'), { recursive: true });
    if (options.start !== null) write('run/prestage/live.json', JSON.stringify(options.start));
    for (const name of ['layer', 'state', 'mapper']) mkdirSync(join(folder, name), { recursive: true });
    const overlay = (at: string, name: string): string =>
      `mkdir ${folder}/layer/${name}-up ${folder}/layer/${name}-work && mount -t overlay overlay -o lowerdir=${at},upperdir=${folder}/layer/${name}-up,workdir=${folder}/layer/${name}-work ${at}`;
    // What the helper changes of the system stays in here: nothing of it reaches the computer that the tests run on.
    const mounts = [
      `mount --bind ${folder}/cmdline /proc/cmdline`,
      `mount --bind ${folder}/run /run`,
      `mount -t tmpfs tmpfs ${folder}/layer`,
      overlay('/usr/lib', 'lib'),
      overlay('/var/lib', 'state'),
      overlay('/etc', 'etc'),
      'mkdir -p /usr/lib/prestage',
      `mount --bind ${folder}/image /usr/lib/prestage`,
    ];
    if (options.controllers !== undefined) {
      for (const [address, files] of Object.entries(options.controllers)) {
        for (const [name, text] of Object.entries(files)) write(`pci/${address}/${name}`, `${text}\n`);
      }
      mounts.push(`mount --bind ${folder}/pci /sys/bus/pci/devices`);
    }
    if (options.sequences !== undefined) {
      for (const [name, sequence] of Object.entries(options.sequences)) {
        write(`block/${name}/diskseq`, `${sequence}\n`);
        mkdirSync(join(folder, `block/${name}/holders`));
        const number = options.devices?.find((device) => device.kname === name)?.['maj:min'] ?? '';
        write(`block/${name}/dev`, `${number}\n`);
      }
      for (const device of options.devices ?? []) {
        for (const child of device.children ?? []) {
          mkdirSync(join(folder, `block/${child.kname}/holders`), { recursive: true });
        }
      }
      mounts.push(`mount --bind ${folder}/block /sys/class/block`);
    }
    const bin = join(folder, 'bin');
    mkdirSync(bin, { recursive: true });
    if (options.devices !== undefined) standInLsblk(bin, options.devices);
    const script = `${mounts.join(' && ')} && echo ready && exec sleep 3600`;
    const holder = spawn('unshare', ['--mount', 'sh', '-c', script], { stdio: ['ignore', 'pipe', 'pipe'] });
    await new Promise<void>((resolve, reject) => {
      let said = '';
      const hear = (piece: Buffer): void => {
        said += piece.toString();
        if (said.includes('ready')) resolve();
      };
      holder.stdout.on('data', hear);
      holder.stderr.on('data', hear);
      holder.on('exit', () => {
        reject(new Error(`the live system did not start: ${said}`));
      });
    });
    return new LiveSystem(folder, holder, bin);
  }

  /** Folder for stand-ins of tools: it comes first on PATH. */
  get bin(): string {
    return this.#path;
  }

  /** Runs `prestage` in it, as root. @param input what is on its standard input */
  async run(args: readonly string[], input = ''): Promise<CliResult> {
    return await this.#execute([process.execPath, prestage, ...args], input);
  }

  /** Runs `prestage` in it as a plain user, who asks no drive for its health: none of them is there to be opened. */
  async runAsUser(args: readonly string[]): Promise<CliResult> {
    const user = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
    return await this.#execute([...user, process.execPath, prestage, ...args], '');
  }

  /** What a program is started through that is to run in it. Root only. */
  get through(): readonly string[] {
    return ['/usr/bin/nsenter', '--mount', '--target', String(this.#holder.pid), '--'];
  }

  /** The argv that starts a helper in it, as root. */
  helper(program: string): readonly [string, ...string[]] {
    const path = `PATH=${this.#path}:${process.env['PATH'] ?? ''}`;
    const enter = ['--mount', '--target', String(this.#holder.pid), '--', '/usr/bin/env', path];
    return ['/usr/bin/nsenter', ...enter, process.execPath, program];
  }

  /** Runs any program in it. @throws when it fails */
  async shell(script: string): Promise<string> {
    const { status, stdout, stderr } = await this.#execute(['sh', '-c', script], '');
    if (status !== 0) throw new Error(`${script}: ${stderr}`);
    return stdout;
  }

  async #execute(command: readonly string[], input: string): Promise<CliResult> {
    const args = ['--mount', '--target', String(this.#holder.pid), '--', ...command];
    return await new Promise((resolve, reject) => {
      const child = spawn('nsenter', args, {
        env: { ...process.env, PATH: `${this.#path}:${process.env['PATH'] ?? ''}` },
      });
      let [stdout, stderr] = ['', ''];
      child.stdout.on('data', (piece: Buffer) => (stdout += piece.toString()));
      child.stderr.on('data', (piece: Buffer) => (stderr += piece.toString()));
      child.stdin.on('error', () => undefined);
      child.stdin.end(input);
      child.on('error', reject);
      child.on('close', (code) => {
        resolve({ status: code ?? 137, stdout, stderr });
      });
    });
  }

  /** The text of a file as it is in the live system. */
  read(path: string): string {
    return readFileSync(`/proc/${this.#holder.pid}/root${path}`, 'utf8');
  }

  /** Ends it: with its last process its mounts are gone. */
  async stop(): Promise<void> {
    if (this.#holder.exitCode !== null) return;
    const gone = new Promise((resolve) => this.#holder.once('exit', resolve));
    this.#holder.kill('SIGKILL');
    await gone;
    execFileSync('sync', ['--file-system', this.folder]);
  }
}
