import { z } from 'zod';
import { errorDataSchema } from '../base/errors';

/** Whether a host is this computer itself: what is sent there crosses no network. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

const place = {
  host: z.string().regex(/^[A-Za-z0-9:.-]{1,253}$/, 'must be a host name or an address'),
  port: z.int().min(1).max(65_535).default(5432),
  database: z.string().min(1).max(63).default('prestage'),
  /** Database login for this station only. */
  user: z.string().min(1).max(63),
  /** File that contains only the password and that only this user can read. Without it, libpq's password file is used. */
  passwordFile: z.string().startsWith('/', 'must be an absolute path').optional(),
};

/** Where a station pushes its entries. There is no member for a password: it does not belong into the settings. */
export const fleetSettingsSchema = z.discriminatedUnion('tls', [
  z.strictObject({
    ...place,
    /** The server needs a certificate for this host from an authority in `caFile`. */
    tls: z.literal('verify-full'),
    /** PEM. */
    caFile: z.string().startsWith('/', 'must be an absolute path'),
  }),
  z.strictObject({
    ...place,
    host: place.host.refine(isLoopback, { message: 'must be this computer when tls is "disable"' }),
    tls: z.literal('disable'),
  }),
]);
export type FleetSettings = z.infer<typeof fleetSettingsSchema>;

/** How far the plant's database is behind this station's ledger, as the desktop app shows it. */
export const fleetStateSchema = z.strictObject({
  status: z.enum([
    /** Nothing is set: entries stay here. */
    'off',
    /** Not asked yet. */
    'connecting',
    'pushing',
    'caught-up',
    /** Tried again by itself. */
    'unavailable',
    /** Not tried again until somebody has done what the error says. */
    'refused',
  ]),
  /** Entries that the database has not confirmed yet; null while nobody knows. */
  behind: z.int().nonnegative().nullable(),
  /** When the database last had everything. ISO 8601, UTC. */
  caughtUpAt: z.iso.datetime().nullable(),
  lastError: errorDataSchema.nullable(),
});
export type FleetState = z.infer<typeof fleetStateSchema>;
export const fleetOff: FleetState = { status: 'off', behind: null, caughtUpAt: null, lastError: null };
