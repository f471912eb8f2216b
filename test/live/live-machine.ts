import { spawn, type ChildProcess } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MachineControl } from '../../helper/boot-test/machine-control';

/**
 * A PC by emulation, with Secure Boot on and Microsoft's keys, that starts from a stick. What it is told, it is told
 * through its keyboard, and what it says is what stands on its screen: the product has no other door.
 */

/** Shown by the firmware as the machine's own. */
export const machineSerial = 'LIVE-PC-0001';

export interface LiveParts {
  /** Folder for the machine's own files. */
  readonly area: string;
  /** File that is the stick; written to. */
  readonly stick: string;
  /** The stick is a CD: without partitions, read-only. */
  readonly asCd?: boolean;
  /** Files that are the machine's NVMe drives from the start, each with its serial number. */
  readonly nvme?: readonly { readonly file: string; readonly serial: string }[];
}

const firmware = '/usr/share/OVMF';

export class LiveMachine {
  readonly #process: ChildProcess;
  readonly #area: string;
  readonly #control: MachineControl;
  readonly #ended: Promise<void>;
  #pictures = 0;

  private constructor(process: ChildProcess, area: string, control: MachineControl) {
    this.#process = process;
    this.#area = area;
    this.#control = control;
    this.#ended = new Promise((resolve) => {
      process.once('close', () => {
        resolve();
      });
    });
  }

  /** Switches it on. */
  static async start(parts: LiveParts): Promise<LiveMachine> {
    const variables = join(parts.area, 'variables.fd');
    const socket = join(parts.area, 'qmp');
    rmSync(socket, { force: true });
    copyFileSync(join(firmware, 'OVMF_VARS_4M.ms.fd'), variables);
    const process = spawn('qemu-system-x86_64', qemuArguments(parts, variables, socket), {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    const control = await MachineControl.connect(socket, new AbortController().signal);
    return new LiveMachine(process, parts.area, control);
  }

  /** What QEMU's own control answers. */
  async control(command: string, args?: Readonly<Record<string, unknown>>): Promise<unknown> {
    return await this.#control.call(command, args);
  }

  /** Plugs a file in as a USB disk. */
  async plugIn(file: string, name: string, serial: string): Promise<void> {
    await this.control('blockdev-add', {
      'node-name': name,
      driver: 'raw',
      file: { driver: 'file', filename: file },
    });
    await this.control('device_add', { driver: 'usb-storage', id: name, drive: name, serial, bus: 'xhci.0' });
  }

  /** Keys as a scanner or a hand would press them: letters, digits, `-`, and names of QEMU's such as `ret`. */
  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      const codes = key.split('+').map((data) => ({ type: 'qcode', data }));
      await this.control('send-key', { keys: codes, 'hold-time': 20 });
      await sleep(40);
    }
  }

  /** A text with Return behind it. */
  async scan(text: string): Promise<void> {
    await this.press(...text.split('').map(keyOf), 'ret');
  }

  /** The screen as it is now. */
  async picture(name?: string): Promise<Picture> {
    this.#pictures += 1;
    const file = join(this.#area, `${name ?? `screen-${this.#pictures}`}.ppm`);
    await this.control('screendump', { filename: file });
    const picture = readPicture(readFileSync(file));
    if (name === undefined) rmSync(file);
    return picture;
  }

  /** Keeps the screen as a PNG for people: in test-results/live, from where docs/live takes its pictures. */
  async keepPicture(name: string): Promise<void> {
    const folder = resolve(import.meta.dirname, '../../test-results/live');
    mkdirSync(folder, { recursive: true });
    await this.control('screendump', { filename: join(folder, `${name}.png`), format: 'png' });
  }

  /** Waits until the screen is as asked. @throws Error, with a last picture kept, when it is not in time */
  async until(what: string, seen: (picture: Picture) => boolean, seconds: number): Promise<Picture> {
    const end = Date.now() + seconds * 1000;
    for (;;) {
      const picture = await this.picture();
      if (seen(picture)) return picture;
      if (Date.now() > end) {
        await this.picture('last');
        throw new Error(
          `${what} was not seen in ${seconds} s; the screen is in ${join(this.#area, 'last.ppm')}`,
        );
      }
      await sleep(2000);
    }
  }

  /** Power is cut. */
  async cut(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#ended;
  }

  /** The power button is pressed, and it goes off by itself. */
  async powerOff(seconds: number): Promise<boolean> {
    await this.control('system_powerdown');
    return await Promise.race([this.#ended.then(() => true), sleep(seconds * 1000, false)]);
  }
}

function qemuArguments({ stick, asCd, nvme }: LiveParts, variables: string, socket: string): string[] {
  return [
    ...['-nodefaults', '-no-user-config', '-nic', 'none', '-display', 'none', '-device', 'VGA'],
    ...['-machine', 'q35,smm=on', '-accel', 'tcg,thread=multi', '-cpu', 'max', '-smp', '2', '-m', '3072'],
    ...['-global', 'driver=cfi.pflash01,property=secure,value=on'],
    ...[
      '-drive',
      `if=pflash,unit=0,format=raw,readonly=on,file=${join(firmware, 'OVMF_CODE_4M.secboot.fd')}`,
    ],
    ...['-drive', `if=pflash,unit=1,format=raw,file=${variables}`],
    ...['-smbios', `type=1,manufacturer=Prestage,product=Live,serial=${machineSerial}`],
    ...['-device', 'qemu-xhci,id=xhci', '-device', 'usb-kbd', '-device', 'usb-tablet'],
    ...(asCd === true
      ? ['-drive', `if=none,id=stick,format=raw,readonly=on,file=${stick}`, '-device', 'ide-cd,drive=stick']
      : ['-drive', `if=none,id=stick,format=raw,file=${stick}`].concat([
          '-device',
          'usb-storage,drive=stick,serial=LIVESTICK01,bootindex=0',
        ])),
    ...(nvme ?? []).flatMap(({ file, serial }, at) => [
      ...['-drive', `if=none,id=nvme${at},format=raw,file=${file}`],
      ...['-device', `nvme,drive=nvme${at},serial=${serial}`],
    ]),
    ...['-qmp', `unix:${socket},server=on,wait=off`],
  ];
}

function keyOf(character: string): string {
  if (/[a-z0-9]/.test(character)) return character;
  if (/[A-Z]/.test(character)) return `shift+${character.toLowerCase()}`;
  const others: Record<string, string> = {
    '-': 'minus',
    ' ': 'spc',
    '.': 'dot',
    '/': 'slash',
    ':': 'shift+semicolon',
  };
  const key = others[character];
  if (key === undefined) throw new Error(`no key for ${character}`);
  return key;
}

/** A picture of three bytes a point. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly points: Buffer;
}

/** Reads what QEMU writes: PPM, P6, with three numbers before the points. */
function readPicture(file: Buffer): Picture {
  const head = /^P6\s+(\d+)\s+(\d+)\s+255\s/.exec(file.toString('latin1', 0, 40));
  if (head === null) throw new Error('QEMU wrote no picture');
  return { width: Number(head[1]), height: Number(head[2]), points: file.subarray(head[0].length) };
}

/** The part of the screen that has exactly this colour, 0 to 1. */
export function share({ points }: Picture, [red, green, blue]: readonly [number, number, number]): number {
  let found = 0;
  for (let at = 0; at + 2 < points.length; at += 3) {
    if (points[at] === red && points[at + 1] === green && points[at + 2] === blue) found += 1;
  }
  return found / (points.length / 3);
}
