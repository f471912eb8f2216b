import { z } from 'zod';
import { sanitizeForDisplay } from '../base/display';

/** SMBIOS UUID as the enterprise's tools print it: upper case, first three fields already turned from little endian. */
export const machineUuidSchema = z
  .string()
  .regex(/^[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}$/, 'is not a UUID in upper case');

/** MAC address: upper case, colons, as Configuration Manager imports it. */
export const macSchema = z.string().regex(/^[0-9A-F]{2}(?::[0-9A-F]{2}){5}$/, 'is not a MAC with colons');

const shown = (longest: number): z.ZodString =>
  z
    .string()
    .min(1)
    .max(longest)
    .refine((text) => text === sanitizeForDisplay(text, longest), { message: 'must be visible characters' });

/** MACs that are kept of one machine: more are a list of several machines, or a broken one. */
export const maxMacs = 16;

/** What is known of a machine beside its serial. What nobody said is left out, never guessed. */
export const machineDetailsSchema = z.strictObject({
  assetTag: shown(64).optional(),
  /** NetBIOS name: 2 to 15 characters (Configuration Manager, Import Computer Information). */
  computerName: z
    .string()
    .regex(/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,13}[A-Za-z0-9])$/, 'is not a computer name of 2 to 15 characters')
    .optional(),
  uuid: machineUuidSchema.optional(),
  /** Each only once. */
  macs: z.array(macSchema).max(maxMacs).optional(),
  /** Those of `macs` that are said to be of a Wi-Fi adapter: no machine starts from the network by them. */
  wifiMacs: z.array(macSchema).max(maxMacs).optional(),
  model: shown(80).optional(),
  /** Who made it, as its firmware says (SMBIOS type 1, Manufacturer). */
  maker: shown(64).optional(),
  /**
   * Which product of the maker it is (SMBIOS type 1, SKU Number): of Dell the system ID, of Lenovo the machine type, of HP the
   * product number.
   */
  systemSku: shown(64).optional(),
  /** Product of the board (SMBIOS type 2, Product): of HP the board ID, four hexadecimal digits. */
  board: shown(64).optional(),
  /** Hardware hash for Windows Autopilot, base64; can only be collected on the machine itself. */
  hardwareHash: z
    .string()
    .max(8192)
    .regex(/^[A-Za-z0-9+/]+={0,2}$/, 'is not base64')
    .optional(),
  /** Group Tag that Windows Autopilot is to give the device. */
  groupTag: shown(128).optional(),
  /** User principal name to whom Windows Autopilot is to assign the device. */
  assignedUser: shown(256)
    .regex(/^[^\s@,;"]+@[^\s@,;"]+\.[^\s@,;"]+$/, 'is not a user principal name (name@domain)')
    .optional(),
});
export type MachineDetails = z.infer<typeof machineDetailsSchema>;
