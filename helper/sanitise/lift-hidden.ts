import { sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { timeouts } from '../../core/base/timeouts';
import { driveLabel } from '../../core/drive/drive';
import type { AtaDrive } from '../../core/sanitise/ata';
import { driveChanged, recheckDrive, type OpenedDrive } from '../pipeline/open-drive';
import { lastWords, runTool } from '../tools/runner';
import { askIdentify, askSizes, readAbilities, type AtaSizes } from './ask-drive';
import { findPort } from './look-again';
import { protocolOf } from './protocol';

/**
 * Takes off what a reserved SATA drive hides behind its size, for good: host protected area first, because a configuration is
 * restored only where there is none. Nothing is erased by it.
 */

export type LiftEnd =
  | { readonly state: 'lifted'; readonly opened: OpenedDrive }
  /** The drive is as it was. A sentence, safe to show. */
  | { readonly state: 'kept'; readonly why: string };

/**
 * @param size bytes that the drive is to have afterwards, as it was confirmed: with any other it is not the drive that was
 * @param findGrown looks for the drive until it has another size, holds it, and throws where that is not `size`; null: it never had
 * @throws PrestageError sanitise-changed: nothing was touched; drive-changed: it is not, or not any more, as it was confirmed;
 * drive-blocked, drive-busy, tool-missing, cancelled
 */
export async function liftHidden(
  opened: OpenedDrive,
  size: number,
  findGrown: () => Promise<OpenedDrive | null>,
  signal: AbortSignal,
): Promise<LiftEnd> {
  const { drive } = opened;
  const { path, logicalSectorSize } = drive;
  await recheckDrive(opened);
  const abilities = await readAbilities(drive, signal);
  const before = protocolOf(drive) === 'ata' ? await askIdentify(path, signal) : null;
  const sizes = before === null ? null : await askSizes(path, signal);
  const max = sizes?.max ?? null;
  if (before === null || sizes === null || max === null || abilities.lift !== size) {
    throw new PrestageError({
      code: 'sanitise-changed',
      message: `The ${driveLabel(drive)} was to have ${size} bytes without its hidden areas, and now says ${abilities.lift ?? drive.size}.`,
      remedy: 'Nothing was touched. List the drives again, and confirm what they hide then.',
    });
  }
  const scan = await findPort(opened.fd);
  if (scan === null) return kept('This computer cannot read its size again.');
  const words = await lift(opened, sizes);
  // From here on nobody stops it: what the drive is now has to be known.
  const now = (await askSizes(path).catch(() => null))?.max ?? null;
  if (now !== null && now.visible === max.visible) {
    return kept(words === '' ? 'It stayed as it was.' : `It refused: ${words}.`);
  }
  // Where that cannot be told to the kernel, it goes on with what it knew.
  await scan().catch(() => undefined);
  const grown = await findGrown();
  if (now === null || now.visible * logicalSectorSize !== size) {
    const shows = now === null ? 'no size' : `${now.visible * logicalSectorSize} bytes`;
    throw driveChanged(
      drive,
      `it gave up only a part of what it hides, or more: it now shows ${shows}, and ${size} were confirmed`,
    );
  }
  if (grown === null) return kept('It gave up its hidden area, but this computer still sees its old size.');
  await requireSame(before, grown);
  return { state: 'lifted', opened: grown };
}

const kept = (why: string): LiftEnd => ({ state: 'kept', why });

/** @returns the last words of what went wrong; empty: nothing that it said */
async function lift(opened: OpenedDrive, { max, dco }: AtaSizes): Promise<string> {
  const { path } = opened.drive;
  const native = max?.native ?? 0;
  if (native > (max?.visible ?? 0)) {
    await recheckDrive(opened);
    // The leading p: it lasts. Without it the area would be back with the next power cut, and the end of the drive gone.
    const said = await tell(['--yes-i-know-what-i-am-doing', `-Np${native}`, path]);
    const after = (await askSizes(path).catch(() => null))?.max ?? null;
    if (after?.visible !== native) return said;
  }
  if (dco === null || dco <= native) return '';
  await recheckDrive(opened);
  return await tell(['--yes-i-know-what-i-am-doing', '--dco-restore', path]);
}

async function tell(args: readonly string[]): Promise<string> {
  try {
    const { stderr } = await runTool('hdparm', args, {
      timeout: timeouts.eraseBegin,
      outputLimit: 1024 * 1024,
    });
    return lastWords(stderr).replace(/\.$/, '');
  } catch (error) {
    if (error instanceof PrestageError && error.code === 'tool-missing') throw error;
    return 'it did not answer in time';
  }
}

/**
 * The drive that has grown is the one that was asked, by its own answers, and hides nothing more.
 * @throws PrestageError drive-changed
 */
async function requireSame(before: AtaDrive, opened: OpenedDrive): Promise<void> {
  const { drive } = opened;
  const now = await askIdentify(drive.path).catch(() => null);
  for (const key of ['serial', 'model', 'wwn'] as const) {
    if (now?.[key] === before[key]) continue;
    const told = (one: string | undefined): string => sanitizeForDisplay(one ?? '', 60) || 'none';
    throw driveChanged(drive, `its ${key} was ${told(before[key])} and is now ${told(now?.[key])}`);
  }
  const { hidden, notKnown } = await readAbilities(drive);
  if (hidden.length > 0) throw driveChanged(drive, 'it hides more than was shown');
  const [doubt] = notKnown;
  if (doubt !== undefined) throw driveChanged(drive, doubt);
}
