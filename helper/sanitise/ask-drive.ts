import { sanitizeForDisplay } from '../../core/base/display';
import { isCancellation, PrestageError } from '../../core/base/errors';
import { timeouts } from '../../core/base/timeouts';
import type { Drive } from '../../core/drive/drive';
import {
  ataAbilities,
  parseDco,
  parseIdentify,
  parseMaxSectors,
  parseSanitizeStatus,
  type AtaDrive,
} from '../../core/sanitise/ata';
import { overwriteOnly, type Abilities } from '../../core/sanitise/methods';
import {
  nvmeAbilities,
  parseController,
  parseFormatIndex,
  parseNamespaces,
  parseSanitizeLog,
  parseSanitizeTimes,
  type DriveStatus,
} from '../../core/sanitise/nvme';
import { protocolOf } from './protocol';
import { toolPackages, type ToolName } from '../tools/requirements';
import { runTool, type ToolResult } from '../tools/runner';

/** Questions to a drive about itself. None of them changes it. What each answer means is in core/sanitise. */

/** One call of a tool that asks a drive. Bounded in time. @throws PrestageError tool-missing, tool-failed, cancelled */
export async function askDrive(
  tool: ToolName,
  args: readonly string[],
  signal?: AbortSignal,
): Promise<ToolResult> {
  return await runTool(tool, args, {
    timeout: timeouts.driveQuestion,
    outputLimit: 1024 * 1024,
    ...(signal === undefined ? {} : { signal }),
  });
}

/** All that a tool said, as text: hdparm complains on standard error and goes on. */
export function textOf({ stdout, stderr }: ToolResult): string {
  return `${stdout.toString('latin1')}\n${stderr}`;
}

/**
 * What a drive says that it can do. Nothing that it does not say is taken for granted: what cannot be read is not known, and
 * then only the overwrite is left.
 * @throws PrestageError cancelled
 */
export async function readAbilities(drive: Drive, signal?: AbortSignal): Promise<Abilities> {
  const protocol = protocolOf(drive);
  if (protocol === 'none') {
    const adapter = drive.kind === 'disk' && drive.bus === 'usb';
    return overwriteOnly(
      adapter
        ? [
            'The drive is behind a USB adapter: which erase commands it has, and whether it hides an area, is not known.',
          ]
        : [],
    );
  }
  try {
    return protocol === 'nvme' ? await askNvme(drive, signal) : await askAta(drive, signal);
  } catch (error) {
    if (!(error instanceof PrestageError) || isCancellation(error)) throw error;
    const unknown = overwriteOnly([`What this drive can do is not known: ${error.message}`]);
    if (error.code !== 'tool-missing') return unknown;
    // Other drives need another tool, or none: whoever erases this one is refused.
    const tool = protocol === 'nvme' ? 'nvme' : 'hdparm';
    return { ...unknown, missing: { tool, package: toolPackages[tool] } };
  }
}

async function askNvme(drive: Drive, signal?: AbortSignal): Promise<Abilities> {
  const { path } = drive;
  const identify = await askDrive('nvme', ['id-ctrl', path, '--output-format=binary'], signal);
  const controller = identify.status === 0 ? parseController(identify.stdout) : null;
  if (controller === null) return unknownForm(drive);
  if (drive.serial !== null && sanitizeForDisplay(controller.serial, 128) !== drive.serial) {
    return overwriteOnly(['What this drive can do is not known: another drive answered in its place.']);
  }
  const attached = await namespacesOf(path, [], signal);
  const allocated = await namespacesOf(path, ['--all'], signal);
  const abilities = nvmeAbilities(
    controller,
    attached === null ? null : { attached, allocated: allocated ?? attached },
  );
  const { sanitize } = controller;
  const canSanitize = sanitize.block || sanitize.crypto || sanitize.overwrite;
  if (!canSanitize) return abilities;
  const log = await sanitizeLog(path, signal);
  if (log === null) return abilities;
  const seconds = parseSanitizeTimes(log);
  return {
    ...{ ...abilities, underWay: parseSanitizeLog(log).state === 'running' },
    ...(Object.keys(seconds).length === 0 ? {} : { seconds }),
  };
}

async function namespacesOf(
  path: string,
  more: readonly string[],
  signal?: AbortSignal,
): Promise<number[] | null> {
  const { status, stdout } = await askDrive(
    'nvme',
    ['list-ns', path, ...more, '--output-format=json'],
    signal,
  );
  return status === 0 ? parseNamespaces(stdout.toString('utf8')) : null;
}

/** How far an NVMe drive has erased itself. */
export async function nvmeStatus(path: string, signal?: AbortSignal): Promise<DriveStatus> {
  const log = await sanitizeLog(path, signal);
  return log === null ? { state: 'not-known' } : parseSanitizeLog(log);
}

/** The Sanitize Status log page; null: the drive did not give it. */
async function sanitizeLog(path: string, signal?: AbortSignal): Promise<Uint8Array | null> {
  const { status, stdout } = await askDrive('nvme', ['sanitize-log', path, '--output-format=binary'], signal);
  return status === 0 ? stdout : null;
}

/** Number and LBA format of the namespace that a block device is; null where it does not tell. */
export async function nvmeFormatOf(
  path: string,
  signal?: AbortSignal,
): Promise<{ readonly namespace: number; readonly format: number } | null> {
  const number = await askDrive('nvme', ['get-ns-id', path], signal);
  const namespace = /namespace-id:\s*(\d+)\s*$/m.exec(number.stdout.toString('utf8'))?.[1];
  const identify = await askDrive('nvme', ['id-ns', path, '--output-format=binary'], signal);
  const format = identify.status === 0 ? parseFormatIndex(identify.stdout) : null;
  return namespace === undefined || format === null ? null : { namespace: Number(namespace), format };
}

/** @returns null: not an answer in the known form */
export async function askIdentify(path: string, signal?: AbortSignal): Promise<AtaDrive | null> {
  const { status, stdout } = await askDrive('hdparm', ['--Istdout', path], signal);
  return status === 0 ? parseIdentify(stdout.toString('latin1')) : null;
}

async function askAta(drive: Drive, signal?: AbortSignal): Promise<Abilities> {
  const { path, logicalSectorSize } = drive;
  const found = await askIdentify(path, signal);
  if (found === null) return unknownForm(drive);
  if (drive.serial !== null && sanitizeForDisplay(found.serial, 128) !== drive.serial) {
    return overwriteOnly(['What this drive can do is not known: another drive answered in its place.']);
  }
  const { sanitize } = found;
  const canSanitize = sanitize.block || sanitize.crypto || sanitize.overwrite;
  const { max, dco } = await askSizes(path, signal);
  return ataAbilities({
    drive: found,
    logicalSectorSize,
    maxSectors: max,
    dcoSectors: dco,
    status: canSanitize ? await ataStatus(path, signal) : null,
  });
}

/** Sectors that a SATA drive shows and has, each null where it does not tell. */
export interface AtaSizes {
  readonly max: ReturnType<typeof parseMaxSectors>;
  /** In its configuration. */
  readonly dco: number | null;
}

export async function askSizes(path: string, signal?: AbortSignal): Promise<AtaSizes> {
  return {
    max: parseMaxSectors(textOf(await askDrive('hdparm', ['-N', path], signal))),
    dco: parseDco(textOf(await askDrive('hdparm', ['--dco-identify', path], signal))),
  };
}

/** How far a SATA drive has erased itself. */
export async function ataStatus(
  path: string,
  signal?: AbortSignal,
): Promise<ReturnType<typeof parseSanitizeStatus>> {
  return parseSanitizeStatus(textOf(await askDrive('hdparm', ['--sanitize-status', path], signal)));
}

function unknownForm({ bus }: Drive): Abilities {
  return overwriteOnly([
    `What this drive can do is not known: ${bus === 'nvme' ? 'nvme' : 'hdparm'} gave no answer in a known form.`,
  ]);
}
