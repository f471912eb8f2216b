import { spawn, type ChildProcess } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MachineControl } from '../../helper/boot-test/machine-control';
import { movesOf, type KeyMove } from './keys';
import { linesOf, placeOf, textOf } from './screen-text';

/**
 * A PC by emulation, with Secure Boot on and Microsoft's keys, that starts from a stick. What it is told, it is told
 * through its keyboard, and what it says is what stands on its screen: the product has no other door.
 */

/** Shown by the firmware as the machine's own. */
export const machineSerial = 'LIVE-PC-0001';

export interface LiveParts {
  /** Folder for the machine's own files. */
  readonly area: string;
  /** File that is the stick; written to. Null: it has none, and starts from the network. */
  readonly stick: string | null;
  /** Its cable: an interface in a network namespace. None where it is missing. */
  readonly network?: {
    readonly namespace: string;
    readonly tap: string;
    readonly mac: string;
    readonly uuid: string;
  };
  /** The stick is a CD: without partitions, read-only. */
  readonly asCd?: boolean;
  /** Files that are the machine's NVMe drives from the start, each with its serial number. */
  readonly nvme?: readonly { readonly file: string; readonly serial: string }[];
}

const firmware = '/usr/share/OVMF';
/** File of the area with what the machine said on its serial port. */
const serialLog = 'serial.log';
/** Each is two events, and the kernel forgets all when there are more than 64 that nobody has taken (EVDEV_MIN_BUFFER_SIZE). */
const movesAtOnce = 30;
/** What the app says of a scan whose characters came too late. */
const notThrough = /part of the scan|too slowly/;
const returnKey: readonly KeyMove[] = [
  { key: 'ret', down: true },
  { key: 'ret', down: false },
];

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
    const inside = parts.network === undefined ? [] : ['ip', 'netns', 'exec', parts.network.namespace];
    const [file = '', ...args] = [
      ...inside,
      'qemu-system-x86_64',
      ...qemuArguments(parts, variables, socket),
      ...['-serial', `file:${join(parts.area, serialLog)}`],
    ];
    const process = spawn(file, args, { stdio: ['ignore', 'inherit', 'inherit'] });
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

  /** Keys as a hand presses them, each alone or held together (`ctrl+alt+f2`), by QEMU's names. */
  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      const codes = key.split('+').map((data) => ({ type: 'qcode', data }));
      await this.control('send-key', { keys: codes, 'hold-time': 50 });
      await sleep(250);
    }
  }

  /**
   * Chooses in GRUB's menu, which starts its first entry after four seconds: nobody reads a screen that fast. So Up is pressed from the
   * switch on: any key stops that clock, and on the first entry this one does nothing else.
   * @param downs how often Down is pressed then, each until the screen shows that it was taken
   */
  async chooseInMenu(menu: RegExp, downs: number, seconds: number): Promise<void> {
    const holding = { ended: false };
    const held = (async () => {
      while (!holding.ended) {
        await this.press('up');
        await sleep(250);
      }
    })();
    try {
      await this.untilText(menu, seconds);
    } finally {
      holding.ended = true;
      await held;
    }
    await sleep(3000);
    for (let done = 0; done < downs; done += 1) await this.#pressUntilTaken('down');
    await this.#pressUntilTaken('ret');
  }

  async #pressUntilTaken(key: string): Promise<void> {
    const before = await this.picture();
    for (let tries = 0; tries < 3; tries += 1) {
      await this.press(key);
      for (let looks = 0; looks < 10; looks += 1) {
        await sleep(1000);
        if (!(await this.picture()).points.equals(before.points)) return;
      }
    }
    throw new Error(`the key ${key} changed nothing on the screen`);
  }

  /** A text as a hand types it: too slow for a scanner. */
  async type(text: string): Promise<void> {
    for (const moves of movesOf(text)) {
      await this.#move(moves);
      await sleep(300);
    }
  }

  /**
   * A text as a scanner types it, with Return behind it, all at once: a busy guest hears the pieces too far apart.
   * @param text of what fits into the guest's queue of 64 events: 14 characters, fewer with Shift
   */
  async scan(text: string): Promise<void> {
    const moves = [...movesOf(text).flat(), ...returnKey];
    if (moves.length > movesAtOnce) throw new Error(`${text} is too long to be scanned at once`);
    await this.#move(moves);
    // What is scanned next is a scan of its own.
    await sleep(1500);
  }

  /**
   * Scans until a text stands on the screen: once more, as everybody does, when the app says that the scan did not come
   * through, which happens on a busy computer.
   */
  async scanUntil(text: string, seen: RegExp, seconds: number): Promise<string> {
    for (let tries = 1; ; tries += 1) {
      await this.scan(text);
      const shown = await this.untilText(new RegExp(`${seen.source}|${notThrough.source}`), seconds);
      // What is said of the scan before stands there for a moment more.
      const settled = seen.test(shown) ? shown : await this.#settled();
      if (seen.test(settled)) return settled;
      if (tries < 3) continue;
      throw new Error(`the scan of ${text} did not come through ${tries} times:\n${settled}`);
    }
  }

  async #settled(): Promise<string> {
    await sleep(8000);
    return await this.text();
  }

  async #move(moves: readonly KeyMove[]): Promise<void> {
    const events = moves.map(({ key, down }) => ({
      type: 'key',
      data: { down, key: { type: 'qcode', data: key } },
    }));
    await this.control('input-send-event', { events });
  }

  /**
   * Touches a text on the screen.
   * @param above so many points above it, for what has no text that can be read
   * @throws Error when it is not there in time
   */
  async touch(text: RegExp, above = 0, seconds = 120): Promise<void> {
    const place = await this.#wait(`the text ${String(text)}`, seconds, async (picture) => {
      const found = placeOf(await linesOf(picture), text);
      return found === null
        ? null
        : {
            x: Math.round((found.x / picture.width) * 32767),
            y: Math.round(((found.y - above) / picture.height) * 32767),
          };
    });
    const move = (['x', 'y'] as const).map((axis) => ({ type: 'abs', data: { axis, value: place[axis] } }));
    await this.control('input-send-event', { events: move });
    await sleep(300);
    for (const down of [true, false]) {
      await this.control('input-send-event', { events: [{ type: 'btn', data: { button: 'left', down } }] });
      await sleep(150);
    }
  }

  /** Turns the wheel where the pointer is: what stands further down comes up. */
  async scrollDown(): Promise<void> {
    for (let turns = 0; turns < 12; turns += 1) {
      for (const down of [true, false]) {
        const data = { button: 'wheel-down', down };
        await this.control('input-send-event', { events: [{ type: 'btn', data }] });
      }
      await sleep(200);
    }
  }

  /** Waits until a text stands on the screen. @returns all that stands there @throws Error when it does not in time */
  async untilText(text: RegExp, seconds: number): Promise<string> {
    return await this.#wait(`the text ${String(text)}`, seconds, async (picture) => {
      const shown = textOf(await linesOf(picture));
      return text.test(shown) ? shown : null;
    });
  }

  /**
   * Waits until a text was said on the serial port, which is there also when the machine has gone off since.
   * @returns all that was said @throws Error when it was not in time, or before the machine went off
   */
  async untilSaid(text: RegExp, seconds: number): Promise<string> {
    const end = Date.now() + seconds * 1000;
    for (;;) {
      const off = await this.ended(1);
      const said = readFileSync(join(this.#area, serialLog), 'latin1');
      if (text.test(said)) return said;
      const missing = `${String(text)} was not said; the last that was:\n${said.slice(-2000)}`;
      if (off) throw new Error(`the machine went off, and ${missing}`);
      if (Date.now() > end) {
        throw new Error(`${missing}\nThe screen is in ${await this.keepPicture('failed')}`);
      }
    }
  }

  /** All that stands on the screen. */
  async text(): Promise<string> {
    return textOf(await linesOf(await this.picture()));
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
  async keepPicture(name: string): Promise<string> {
    const folder = resolve(import.meta.dirname, '../../test-results/live');
    mkdirSync(folder, { recursive: true });
    const file = join(folder, `${name}.png`);
    await this.control('screendump', { filename: file, format: 'png' });
    return file;
  }

  /** Waits until the screen is as asked. @throws Error when it is not in time */
  async until(what: string, seen: (picture: Picture) => boolean, seconds: number): Promise<Picture> {
    return await this.#wait(what, seconds, (picture) => Promise.resolve(seen(picture) ? picture : null));
  }

  async #wait<T>(what: string, seconds: number, find: (picture: Picture) => Promise<T | null>): Promise<T> {
    const end = Date.now() + seconds * 1000;
    let before: Buffer = Buffer.alloc(0);
    for (;;) {
      const picture = await this.picture();
      // Reading a screen takes seconds of a core, which the guest needs: a picture that stays is read once.
      const found = picture.points.equals(before) ? null : await find(picture);
      if (found !== null) return found;
      before = picture.points;
      if (Date.now() > end) {
        const kept = await this.keepPicture(`failed-${Date.now()}`);
        throw new Error(
          `${what} was not seen in ${seconds} s; the screen is in ${kept}:\n${await this.text()}`,
        );
      }
      await sleep(4000);
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
    return await this.ended(seconds);
  }

  /** Whether it has gone off by itself, in time. */
  async ended(seconds: number): Promise<boolean> {
    return await Promise.race([this.#ended.then(() => true), sleep(seconds * 1000, false)]);
  }
}

function qemuArguments(
  { stick, asCd, nvme, network }: LiveParts,
  variables: string,
  socket: string,
): string[] {
  return [
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-device', 'VGA'],
    ...(network === undefined ? ['-nic', 'none'] : networkArguments(network)),
    // A processor without AVX: as QEMU 7.2 emulates it, Chromium draws a few pictures and then crashes.
    ...[
      '-machine',
      'q35,smm=on',
      '-accel',
      'tcg,thread=multi',
      '-cpu',
      'Westmere',
      '-smp',
      '2',
      '-m',
      '3072',
    ],
    ...['-global', 'driver=cfi.pflash01,property=secure,value=on'],
    ...[
      '-drive',
      `if=pflash,unit=0,format=raw,readonly=on,file=${join(firmware, 'OVMF_CODE_4M.secboot.fd')}`,
    ],
    ...['-drive', `if=pflash,unit=1,format=raw,file=${variables}`],
    ...[
      '-smbios',
      `type=1,manufacturer=Prestage,product=Live,serial=${machineSerial}${network === undefined ? '' : `,uuid=${network.uuid}`}`,
    ],
    ...['-device', 'qemu-xhci,id=xhci', '-device', 'usb-kbd', '-device', 'usb-tablet'],
    // For GRUB the one on USB; once Linux has found it this one, which loses no key of a scan on a busy computer.
    ...['-device', 'virtio-keyboard-pci'],
    ...(stick === null ? [] : stickArguments(stick, asCd)),
    ...(nvme ?? []).flatMap(({ file, serial }, at) => [
      ...['-drive', `if=none,id=nvme${at},format=raw,file=${file}`],
      ...['-device', `nvme,drive=nvme${at},serial=${serial}`],
    ]),
    ...['-qmp', `unix:${socket},server=on,wait=off`],
  ];
}

function stickArguments(stick: string, asCd = false): string[] {
  return asCd
    ? ['-drive', `if=none,id=stick,format=raw,readonly=on,file=${stick}`, '-device', 'ide-cd,drive=stick']
    : [
        ...['-drive', `if=none,id=stick,format=raw,file=${stick}`],
        ...['-device', 'usb-storage,drive=stick,serial=LIVESTICK01,bootindex=0'],
      ];
}

/** Without QEMU's own ROM, which gives shim a wrong length: the firmware's PXE is that of a real PC. */
function networkArguments({ tap, mac }: NonNullable<LiveParts['network']>): string[] {
  return [
    ...['-netdev', `tap,id=cable,ifname=${tap},script=no,downscript=no`],
    ...['-device', `virtio-net-pci,netdev=cable,mac=${mac},romfile=,bootindex=0`],
  ];
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
