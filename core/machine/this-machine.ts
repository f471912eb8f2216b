import { z } from 'zod';
import { sanitizeForDisplay } from '../base/display';
import { PrestageError } from '../base/errors';
import { machineDetailsSchema, type MachineDetails } from './machine';
import { joinDetails, isConflict } from './machine-details';
import { normalizeSerial, serialProblem } from './serial';
import { sameUuid } from './smbios';

/** What firmware and kernel say of the machine that Prestage runs on, and what of it names nothing. */
export const thisMachineSchema = z.strictObject({
  /** Normalized and valid; null when there is none. */
  serial: z.string().nullable(),
  facts: machineDetailsSchema,
  /** Values of the firmware that cannot be used. */
  refused: z.array(
    z.strictObject({
      what: z.enum(['serial', 'asset-tag', 'uuid', 'mac', 'model']),
      text: z.string(),
      /** `placeholder`: it was never filled in. `shared`: many machines have it. `movable`: an adapter that goes from machine to machine. `changed`: not the address from the factory. */
      why: z.enum(['placeholder', 'shared', 'invalid', 'movable', 'changed']),
    }),
  ),
  /** Source of the firmware data; `none`: this machine has no readable SMBIOS. */
  source: z.enum(['sysfs', 'dmidecode', 'none']),
  /** Some values can only be read by root. */
  needsPrivilege: z.boolean(),
});
export type ThisMachine = z.infer<typeof thisMachineSchema>;

/** Refused values that are kept of a machine that another computer tells of. */
const mostRefused = 16;

/**
 * What another computer tells of itself, by the rules that its own helper has: it may have others, or none.
 */
export function toldMachine(told: ThisMachine): ThisMachine {
  const serial = told.serial === null ? null : normalizeSerial(told.serial);
  const problem = serial === null ? null : serialProblem(serial);
  const refused = told.refused.map((one) => ({ ...one, text: sanitizeForDisplay(one.text, 80) }));
  if (serial !== null && problem !== null) {
    const why = problem.code === 'serial-placeholder' ? 'placeholder' : 'invalid';
    refused.unshift({ what: 'serial', text: sanitizeForDisplay(serial, 80), why });
  }
  return { ...told, serial: problem === null ? serial : null, refused: refused.slice(0, mostRefused) };
}

/** What was said of the machine whose drive is to be written: given, scanned, or from an order. */
export interface SaidMachine {
  /** Null when nobody said one. */
  readonly serial: string | null;
  readonly details: MachineDetails;
}

/** The machine as it goes into the record. */
export interface ConfirmedMachine {
  readonly serial: string;
  readonly details: MachineDetails;
}

/**
 * Compares what was said of a machine with the firmware of the machine itself, which is right. A UUID in swapped byte
 * order is the same, and is kept as the firmware has it; so is a model.
 * @throws PrestageError machine-contradicts; serial-invalid or serial-placeholder when there is no sound serial at all
 */
export function confirmThisMachine(said: SaidMachine, found: ThisMachine): ConfirmedMachine {
  const serial = said.serial === null ? null : normalizeSerial(said.serial);
  const problem = serial === null ? null : serialProblem(serial);
  if (problem !== null) {
    throw new PrestageError({
      ...problem,
    });
  }
  if (serial !== null && found.serial !== null && serial !== found.serial) {
    throw conflictsWith('serial', serial, found.serial);
  }
  const { uuid, assetTag } = found.facts;
  if (said.details.uuid !== undefined && uuid !== undefined && !sameUuid(said.details.uuid, uuid)) {
    throw conflictsWith('UUID', said.details.uuid, uuid);
  }
  if (said.details.assetTag !== undefined && assetTag !== undefined) {
    const same = said.details.assetTag.toUpperCase() === assetTag.toUpperCase();
    if (!same) throw conflictsWith('asset tag', said.details.assetTag, assetTag);
  }
  const known = serial ?? found.serial;
  if (known === null) throw noSerial(found);
  // The firmware's first: its form of the UUID is the right one.
  const joined = joinDetails(found.facts, said.details);
  return { serial: known, details: isConflict(joined) ? found.facts : joined };
}

function conflictsWith(what: string, said: string, found: string): PrestageError {
  return new PrestageError({
    code: 'machine-contradicts',
    message: `The ${what} '${sanitizeForDisplay(said, 80)}' was given, but the firmware of this machine has '${sanitizeForDisplay(found, 80)}'.`,
    remedy:
      'Nothing was touched. Check which machine you are at. If the firmware is wrong, have it corrected before you write the drive.',
  });
}

function noSerial({ source, refused }: ThisMachine): PrestageError {
  const placeholder = refused.find(({ what }) => what === 'serial');
  if (placeholder !== undefined) {
    const problem = serialProblem(normalizeSerial(placeholder.text));
    return new PrestageError({
      code: 'serial-placeholder',
      message: `The firmware of this machine has no serial: ${problem?.message ?? `it has '${placeholder.text}'.`}`,
      remedy: 'Nothing was touched. Enter the serial from its label: --drive ID=SERIAL.',
    });
  }
  return new PrestageError({
    code: 'serial-invalid',
    message: `The firmware of this machine reports no serial${source === 'none' ? ': it has no readable SMBIOS' : ''}.`,
    remedy: 'Nothing was touched. Enter the serial from its label: --drive ID=SERIAL.',
  });
}
