/** Starts a drive in QEMU and watches console and display for the sign. The rules are in core/job/boot-test.ts. */
import { spawn } from 'node:child_process';
import { chmod, chown, copyFile, mkdir, mkdtemp, readFile, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HelperRequest, HelperResponse } from '../../core/contract/helper-api';
import { sanitizeForDisplay } from '../../core/base/display';
import { driveLabel } from '../../core/drive/drive';
import { cancelled, PrestageError } from '../../core/base/errors';
import {
  firmwareState,
  showsSomethingElse,
  type Picture,
  type BootTestVerdict,
} from '../../core/job/boot-test';
import { timeouts } from '../../core/base/timeouts';
import { closeDescriptor, openDrive, type OpenedDrive } from '../pipeline/open-drive';
import { findToRead } from '../pipeline/reservation';
import { onDisk, temporaryPlace } from '../tools/disk';
import { findTool, lastWords } from '../tools/runner';
import { withParent } from '../tools/with-parent';
import { signaturesOf } from '../boot/authenticode';
import { readLoader } from './drive-loader';
import { firmwareKeys, type FirmwareKeys } from './firmware-keys';
import { endOf, machineUser, removeScratch, Watched, type Machine } from './running-machine';
import {
  acceleratorsHere,
  findFirmware,
  machineArguments,
  type Accelerator,
  type Firmware,
} from './virtual-machine';

type Request = HelperRequest<'bootTestDrive'>;

/** The accelerator does not run this guest: another may. */
class AcceleratorFailed extends Error {}

/**
 * Starts a drive in a virtual machine and waits for the sign that it has started. The drive is only read.
 * @throws PrestageError drive-…, tool-missing, tool-failed, cancelled. A drive that does not start is a verdict.
 */
export async function bootTestDrive(
  request: Request,
  onProgress: (secondsDone: number, secondsTotal: number) => void,
  signal: AbortSignal,
): Promise<HelperResponse<'bootTestDrive'>> {
  const drive = await findToRead(request);
  findTool('qemu-system-x86_64');
  findFirmware(request.secureBoot);
  const opened = await openDrive(drive, 'read');
  try {
    for (const accelerator of acceleratorsHere()) {
      try {
        return await runMachine(request, opened, accelerator, onProgress, signal);
      } catch (error) {
        if (!(error instanceof AcceleratorFailed)) throw error;
      }
    }
  } finally {
    await closeDescriptor(opened.fd);
  }
  throw new PrestageError({
    code: 'tool-failed',
    message: `The virtual machine for the boot test of the ${driveLabel(drive)} could not be started.`,
    remedy: 'The drive was only read. Check that the package qemu-system-x86 is installed correctly.',
  });
}

async function runMachine(
  request: Request,
  opened: OpenedDrive,
  accelerator: Accelerator,
  onProgress: (secondsDone: number, secondsTotal: number) => void,
  signal: AbortSignal,
): Promise<HelperResponse<'bootTestDrive'>> {
  const temporary = { ...temporaryPlace(), holds: 'The drive was not changed.' };
  const outer = await onDisk(temporary, () => mkdtemp(join(tmpdir(), 'prestage-rehearsal-')));
  const scratch = join(outer, 'machine');
  const user = machineUser();
  let machine: Machine | null = null;
  try {
    const firmware = findFirmware(request.secureBoot);
    const keys = await keysFor(request, opened, firmware, signal);
    const variablesFile = join(scratch, 'variables.fd');
    await onDisk(temporary, async () => {
      await mkdir(scratch, { mode: 0o700 });
      if (keys === null) await copyFile(firmware.variables, variablesFile);
      else await writeFile(variablesFile, keys.variables, { mode: 0o600 });
    });
    if (user !== null) {
      // QEMU may pass through the outer folder, which stays root's: so nobody can put another in the inner one's place.
      await chmod(outer, 0o711);
      // The folder last: from then on another user could put something else in the place of its files.
      for (const path of [variablesFile, scratch]) await chown(path, user.uid, user.gid);
    }
    const controlSocket = join(scratch, 'control');
    const args = machineArguments({
      ...{ accelerator, firmware, variablesFile, controlSocket, driveDescriptor: 3 },
      secureBoot: request.secureBoot,
      sectorSize: opened.drive.logicalSectorSize,
      blockDevice: opened.drive.kind !== 'virtual',
      machineSerial: request.machineSerial,
    });
    // However this process ends, the machine ends with it: it must not hold a drive that nobody watches.
    const [program, ...rest] = withParent([findTool('qemu-system-x86_64'), ...args]);
    machine = spawn(program, rest, {
      stdio: ['ignore', 'pipe', 'pipe', opened.fd],
      // What the machine writes goes to a temporary file there.
      env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C.UTF-8', TMPDIR: scratch },
      ...(user ?? {}),
    }) as unknown as Machine;
    return await watch(
      new Watched(machine, scratch, controlSocket),
      { ...request, trusted: keys?.trusted ?? null },
      accelerator,
      onProgress,
      signal,
    );
  } finally {
    if (machine !== null) await endOf(machine);
    await removeScratch(scratch);
    await rmdir(outer).catch(() => undefined);
  }
}

/**
 * Variables that trust the certificates that were asked for; null: those that the firmware comes with.
 * @throws PrestageError firmware-keys-missing, drive-read-failed, tool-missing, tool-failed, cancelled
 */
async function keysFor(
  { secureBoot, firmwareKeys: wanted }: Request,
  opened: OpenedDrive,
  firmware: Firmware,
  signal: AbortSignal,
): Promise<FirmwareKeys | null> {
  if (!secureBoot || wanted === undefined) return null;
  const loader = await readLoader(opened, signal).catch((error: unknown) => {
    if (error instanceof PrestageError) throw error;
    throw new PrestageError({
      code: 'drive-read-failed',
      message: `The loader of the ${driveLabel(opened.drive)} cannot be read.`,
      cause: error instanceof Error ? error.message : String(error),
    });
  });
  return firmwareKeys(
    wanted,
    await readFile(firmware.variables),
    loader === null ? [] : signaturesOf(loader),
  );
}

/** What is watched for, with the certificates that the firmware was made to trust; null: its own. */
interface Expected extends Request {
  readonly trusted: readonly string[] | null;
}

async function watch(
  machine: Watched,
  request: Expected,
  accelerator: Accelerator,
  onProgress: (secondsDone: number, secondsTotal: number) => void,
  signal: AbortSignal,
): Promise<HelperResponse<'bootTestDrive'>> {
  const started = Date.now();
  const seconds = (): number => (Date.now() - started) / 1000;
  let atStart: Picture | null = null;
  let lastPicture: Buffer | null = null;
  const answer = async (passed: boolean, what: string): Promise<HelperResponse<'bootTestDrive'>> => {
    const verdict: BootTestVerdict = {
      ...{
        passed,
        what: sanitizeForDisplay(what, 300),
        sign: request.sign,
        secureBoot: request.secureBoot,
        accelerator,
      },
      ...(request.firmwareKeys === undefined || request.trusted === null
        ? {}
        : { firmwareKeys: request.firmwareKeys, trusted: [...request.trusted] }),
      seconds: Math.round(seconds() * 10) / 10,
      console: machine
        .lines()
        .slice(-40)
        .map((line) => sanitizeForDisplay(line, 200)),
    };
    const picture = (await machine.png(signal)) ?? lastPicture;
    return { verdict, picture: picture?.toString('base64') ?? null };
  };
  for (;;) {
    if (signal.aborted) throw cancelled('The boot test');
    onProgress(Math.min(Math.floor(seconds()), request.seconds), request.seconds);
    const lines = machine.lines();
    const firmware = firmwareState(lines);
    if (request.sign.kind === 'console') {
      const { text } = request.sign;
      if (lines.some((line) => line.includes(text))) return await answer(true, `the console shows "${text}"`);
    }
    if (machine.ended) return await endedEarly(machine, accelerator, lines, answer);
    // One that cannot be asked has just ended, which is seen in the next round, or has not begun to listen.
    const runs = await machine.runs(signal).catch(() => null);
    if (runs === false) throw new AcceleratorFailed();
    if (firmware.kind === 'refused') return await answer(false, firmware.why);
    if (request.sign.kind === 'display') {
      // The firmware draws nothing any more once it has started a loader: what changes then, the loader changes.
      const picture = firmware.kind === 'started' ? await machine.picture(signal) : null;
      if (firmware.kind === 'testing') atStart = null;
      else atStart ??= picture;
      if (picture !== null && atStart !== null && showsSomethingElse(atStart, picture)) {
        return await answer(true, 'the firmware booted the drive, and the display changed');
      }
    }
    lastPicture = (await machine.png(signal)) ?? lastPicture;
    if (seconds() > request.seconds) {
      const came = firmware.kind === 'started' ? 'the firmware booted the drive, but ' : '';
      return await answer(false, `${came}the expected sign did not appear within ${request.seconds} seconds`);
    }
    await sleep(timeouts.bootTestLook);
  }
}

/** -no-reboot makes QEMU end when the machine restarts or is switched off. */
async function endedEarly(
  machine: Watched,
  accelerator: Accelerator,
  lines: readonly string[],
  answer: (passed: boolean, what: string) => Promise<HelperResponse<'bootTestDrive'>>,
): Promise<HelperResponse<'bootTestDrive'>> {
  if (lines.length > 0) return await answer(false, 'the virtual machine switched off or restarted');
  if (accelerator === 'kvm') throw new AcceleratorFailed();
  throw new PrestageError({
    code: 'tool-failed',
    message: `The virtual machine could not be started: ${lastWords(machine.stderr)}`,
    remedy: 'The drive was only read. Check that the package qemu-system-x86 is installed correctly.',
  });
}
