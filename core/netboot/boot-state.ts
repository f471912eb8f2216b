import { z } from 'zod';
import { errorDataSchema } from '../base/errors';

/** What a station's boot service does right now. */
export const bootStateSchema = z.discriminatedUnion('state', [
  z.strictObject({ state: z.literal('off') }),
  z.strictObject({
    state: z.literal('starting'),
    interface: z.string(),
    /** Bytes of the system that were looked at, of all; 0 while that is not known. */
    done: z.int().nonnegative(),
    total: z.int().nonnegative(),
  }),
  z.strictObject({
    state: z.literal('serving'),
    interface: z.string(),
    /** IPv4 of the station there. */
    address: z.ipv4(),
    /** TCP port of the system's image. */
    httpPort: z.int(),
    /** Of Prestage Live. */
    version: z.string(),
  }),
  /** Nobody is answered until the interface has its link again; then it goes on by itself. */
  z.strictObject({ state: z.literal('waiting'), interface: z.string(), error: errorDataSchema }),
  /** It was not started, or has ended by itself. Nobody is answered. */
  z.strictObject({ state: z.literal('refused'), error: errorDataSchema }),
]);
export type BootState = z.infer<typeof bootStateSchema>;

/** Machines that fetch their system, or did, since it was started. Each counts once, by its address. */
export const fetchesSchema = z.strictObject({
  fetching: z.int().nonnegative(),
  fetched: z.int().nonnegative(),
});
export type Fetches = z.infer<typeof fetchesSchema>;
