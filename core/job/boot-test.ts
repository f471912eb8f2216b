/** Rules of a boot test: settings, verdict, what console and display say. */
import { z } from 'zod';
import { firmwareTrustSchema } from '../boot/loader-choice';

/** What tells that a drive in a boot test has started. */
export const bootTestSignSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    /** Text on the serial console, for boot images that write to it. */
    kind: z.literal('console'),
    text: z.string().min(1).max(200),
  }),
  z.strictObject({
    /** The firmware has booted the drive, and the display has changed since then. */
    kind: z.literal('display'),
  }),
]);
export type BootTestSign = z.infer<typeof bootTestSignSchema>;

/** How boot tests are run. */
export const bootTestSettingsSchema = z.strictObject({
  /** Boot test the first finished drive of each batch in a virtual machine. */
  firstOfBatch: z.boolean().default(false),
  sign: bootTestSignSchema.default({ kind: 'display' }),
  /** Time limit in seconds: a drive that has not shown the sign by then has failed. */
  seconds: z.int().min(10).max(3600).default(300),
  /** Use firmware with Secure Boot on and Microsoft's keys: it refuses an unsigned loader, as a real machine does. */
  secureBoot: z.boolean().default(false),
  /**
   * With Secure Boot: trust only Microsoft's certificates of 2011, only those of 2023, or both. Missing: what the
   * installed firmware (package ovmf) comes with.
   */
  firmwareKeys: firmwareTrustSchema.optional(),
});
export type BootTestSettings = z.infer<typeof bootTestSettingsSchema>;

export const accelerators = ['kvm', 'tcg'] as const;

/** How a boot test ended. */
export const bootTestVerdictSchema = z.strictObject({
  passed: z.boolean(),
  /** What was seen or was missing; one sentence. */
  what: z.string(),
  sign: bootTestSignSchema,
  secureBoot: z.boolean(),
  /** Microsoft's certificates that the firmware trusted; missing: those that it came with. */
  firmwareKeys: firmwareTrustSchema.optional(),
  /** Names of these certificates, as far as they could decide anything. Missing with `firmwareKeys`. */
  trusted: z.array(z.string()).optional(),
  accelerator: z.enum(accelerators),
  seconds: z.number().nonnegative(),
  /** The last lines of the serial console, safe to show. */
  console: z.array(z.string()).max(40),
});
export type BootTestVerdict = z.infer<typeof bootTestVerdictSchema>;

/** Terminal control sequences (ECMA-48: CSI, OSC, single escapes) and other control characters but line ends. */
const controls =
  /\u001b\[[0-9;?=]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)|\u001b.|[\u0000-\u0009\u000b\u000c\u000e-\u001f\u007f]/g;

/** A serial console's text without what moves the cursor, and without empty lines. */
export function consoleLines(raw: string): string[] {
  return raw
    .replace(controls, '')
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** What the firmware (EDK II, BdsDxe) says of starting. */
export type FirmwareState =
  /** It has not come so far. */
  | { readonly kind: 'testing' }
  /** A loader was started, and has not come back. */
  | { readonly kind: 'started'; readonly option: string }
  /** The loader could not be loaded, or came back, and nothing else was left to start. */
  | { readonly kind: 'refused'; readonly why: string };

/**
 * Reads the firmware's own lines: `BdsDxe: loading Boot0001 "NAME" from PATH`, `BdsDxe: starting …`,
 * `BdsDxe: failed to load …: Access Denied`, `BdsDxe: No bootable option or device was found`.
 * Source: edk2, MdeModulePkg/Library/UefiBootManagerLib/BmBoot.c.
 */
export function firmwareState(lines: readonly string[]): FirmwareState {
  let state: FirmwareState = { kind: 'testing' };
  let why = 'the firmware found nothing to boot';
  for (const line of lines) {
    const started = /BdsDxe: starting Boot\w+ "([^"]*)"/.exec(line);
    if (started !== null) state = { kind: 'started', option: (started[1] ?? '').trim() };
    const failed = /BdsDxe: failed to (?:load|start) Boot\w+ "[^"]*" from .*: (.+)$/.exec(line);
    if (failed !== null) {
      state = { kind: 'testing' };
      why = `the firmware refused to boot the drive: ${failed[1] ?? ''}`;
    }
    if (/BdsDxe: No bootable option|UEFI Interactive Shell/.test(line)) return { kind: 'refused', why };
  }
  return state;
}

/** A display's picture: three bytes a pixel. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

/** Share of pixels that must have changed: a blinking cursor is less, a line of text is more. */
const changedShare = 0.005;

/** Whether a display shows something else than before: another size, or enough other pixels. */
export function showsSomethingElse(before: Picture, now: Picture): boolean {
  if (before.width !== now.width || before.height !== now.height) return true;
  const total = now.width * now.height;
  let changed = 0;
  for (let pixel = 0; pixel < total; pixel += 1) {
    const at = pixel * 3;
    if (
      before.pixels[at] !== now.pixels[at] ||
      before.pixels[at + 1] !== now.pixels[at + 1] ||
      before.pixels[at + 2] !== now.pixels[at + 2]
    ) {
      changed += 1;
    }
  }
  return changed > total * changedShare;
}

/**
 * Reads a portable pixmap (PPM, `P6`, 8 bits a colour), as QEMU's screendump writes it.
 * @returns null when it is none
 */
export function parsePixmap(bytes: Uint8Array): Picture | null {
  const head = String.fromCharCode(...bytes.subarray(0, 64));
  const match = /^P6\s+(\d+)\s+(\d+)\s+255\s/.exec(head);
  if (match === null) return null;
  const [width, height] = [Number(match[1]), Number(match[2])];
  const pixels = bytes.subarray(match[0].length);
  return pixels.length === width * height * 3 ? { width, height, pixels } : null;
}
