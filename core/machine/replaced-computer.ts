import { z } from 'zod';
import { sanitizeForDisplay } from '../base/display';

/** The computer whose place a machine takes: it goes out of use when the machine arrives, and often comes back to the depot. */

/**
 * Its name, which nobody can change any more: what Windows lets a computer be called, also by names that it no longer gives
 * (Microsoft, "Naming conventions in Active Directory": no backslash, slash, colon, asterisk, question mark, quotation mark,
 * angle bracket or vertical bar), and as long as a DNS label.
 */
export const oldNameSchema = z
  .string()
  .max(63, 'is longer than 63 characters')
  .regex(/^[^\\/:*?"<>|\s]+$/, 'is not the name of a computer: it has a space or one of \\ / : * ? " < > |')
  .refine((name) => name === sanitizeForDisplay(name, 63), { message: 'has invisible characters' });

/** What is known of it; at least one of both. */
export const replacedComputerSchema = z
  .strictObject({
    computerName: oldNameSchema.optional(),
    /** Normalized. */
    serial: z.string().min(1).optional(),
  })
  .refine(({ computerName, serial }) => computerName !== undefined || serial !== undefined, {
    message: 'names no computer',
  });
export type ReplacedComputer = z.infer<typeof replacedComputerSchema>;

/** The replaced computer of an order's line; null: it replaces none. */
export function replacedBy(line: {
  readonly replaces?: string | undefined;
  readonly replacesSerial?: string | undefined;
}): ReplacedComputer | null {
  const { replaces, replacesSerial } = line;
  if (replaces === undefined && replacesSerial === undefined) return null;
  return {
    ...(replaces === undefined ? {} : { computerName: replaces }),
    ...(replacesSerial === undefined ? {} : { serial: replacesSerial }),
  };
}

/** The computer that a record says came back. */
export function returnedOf(record: {
  readonly machineSerial: string;
  readonly computerName?: string | undefined;
}): ReplacedComputer {
  const { machineSerial, computerName } = record;
  return {
    ...(computerName === undefined ? {} : { computerName }),
    ...(machineSerial === '' ? {} : { serial: machineSerial }),
  };
}

/** As it is shown: `PC-OLD-17 (serial 5CG1234XYZ)`. */
export function replacedText({ computerName, serial }: ReplacedComputer): string {
  if (computerName === undefined) return `serial ${sanitizeForDisplay(serial ?? '', 64)}`;
  const name = sanitizeForDisplay(computerName, 63);
  return serial === undefined ? name : `${name} (serial ${sanitizeForDisplay(serial, 64)})`;
}
