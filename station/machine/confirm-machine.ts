import { confirmThisMachine, type ThisMachine } from '../../core/machine/this-machine';
import type { Assignment } from '../../core/job/batch-rules';
import { sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { saysNothing } from '../../core/machine/machine-details';
import { normalizeSerial } from '../../core/machine/serial';
import { orderedSerial } from '../../core/scan/scan';
import type { ScanSettings } from '../../core/scan/scan-settings';
import { readTypedSerial } from '../../core/scan/typed-serial';
import type { BatchRequest } from '../jobs/batch-plan';
import type { Helpers, MachineFacts } from '../helper-client/helpers';

/**
 * What firmware and kernel say of the machine that the station runs on. May ask for a password: serial and UUID are for
 * root alone.
 * @throws PrestageError privilege-unavailable, privilege-denied, helper-…
 */
export async function readThisMachine(
  helpers: Pick<Helpers, 'plain' | 'privileged'>,
  signal?: AbortSignal,
): Promise<ThisMachine> {
  const options = signal === undefined ? {} : { signal };
  const found = await (await helpers.plain()).call('readMachine', {}, options);
  if (!found.needsPrivilege) return found;
  return await (await helpers.privileged()).call('readMachine', {}, options);
}

/** The same for who only wants to look: without privilege the rest is still told, and why it is not all. */
export async function readAsFarAsPermitted(
  helpers: Pick<Helpers, 'plain' | 'privileged'>,
  signal?: AbortSignal,
): Promise<{ readonly found: ThisMachine; readonly refusal: PrestageError | null }> {
  try {
    return { found: await readThisMachine(helpers, signal), refusal: null };
  } catch (error) {
    if (!(error instanceof PrestageError) || !error.code.startsWith('privilege-')) throw error;
    const options = signal === undefined ? {} : { signal };
    return { found: await (await helpers.plain()).call('readMachine', {}, options), refusal: error };
  }
}

/**
 * The serial that was typed for a drive, out of whatever the scanner or the hand wrote there.
 * @param isOrdered whether the open work order names a machine: then it is one, whatever form its serial has
 * @returns with `note` where another number has its form
 * @throws PrestageError serial-invalid, serial-placeholder
 */
export function requireTypedSerial(
  driveId: string,
  text: string,
  settings: ScanSettings,
  isOrdered: (serial: string) => boolean,
): { readonly serial: string; readonly note: string | null } {
  const ordered = orderedSerial(normalizeSerial(text), isOrdered);
  if (ordered !== null) return { serial: ordered, note: null };
  const typed = readTypedSerial(text, settings);
  if (typed.problem === null) {
    const { serial, mayBe } = typed;
    return { serial, note: mayBe === null || isOrdered(serial) ? null : mayBe.note };
  }
  const { code, message } = typed.problem;
  throw new PrestageError({
    code,
    message: `${message} It was given for drive ${sanitizeForDisplay(driveId, 200)}.`,
  });
}

/** A drive, and the serial that was said for it; null when the machine's own firmware is to say it. */
export interface GivenAssignment {
  readonly driveId: string;
  readonly machineSerial: string | null;
}

/** The part of a batch that says which machines the drives are for. */
export type MachinePart = Required<Pick<BatchRequest, 'assignments' | 'machines'>>;

/**
 * The assignments of a batch whose drives sit in the machine that the station runs on. What was said must fit its
 * firmware, which has the last word.
 * @throws PrestageError machine-contradicts, serial-…; nothing was touched
 */
export function assignmentsOnThisMachine(
  given: readonly GivenAssignment[],
  said: BatchRequest['machines'],
  found: ThisMachine,
): MachinePart {
  const confirmed = given.map(({ driveId, machineSerial }) => ({
    driveId,
    ...confirmThisMachine({ serial: machineSerial, details: said?.get(machineSerial ?? '') ?? {} }, found),
  }));
  return {
    assignments: confirmed.map(({ driveId, serial }): Assignment => ({ driveId, machineSerial: serial })),
    machines: new Map(
      confirmed
        .filter(({ details }) => !saysNothing(details))
        .map(({ serial, details }) => [serial, details]),
    ),
  };
}

/**
 * The assignment of a drive that sits in a machine of a rack: what that machine's agent told, by the rules of every machine, has the last
 * word, and the serial by which it was admitted.
 * @throws PrestageError machine-contradicts, serial-…; nothing was touched
 */
export function assignmentInRack(
  given: GivenAssignment,
  said: BatchRequest['machines'],
  { machine, admission }: Pick<MachineFacts, 'machine' | 'admission'>,
): MachinePart {
  return assignmentsOnThisMachine([given], said, { ...machine, serial: admission.serial });
}
