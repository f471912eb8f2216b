import { z } from 'zod';
import { sanitizeForDisplay } from '../base/display';
import { defaultDiskRule, diskRuleSchema } from '../drive/disk-rule';

/** Longest address with its port. */
const longestAddress = 100;

/** Images of Prestage Live that are remembered, and the longest path of one. */
const rememberedImages = 5;
const longestPath = 4096;

/** How the app starts the machines of its rack from the network. */
const bootSettingsSchema = z.strictObject({
  /** The rack is served so; false: machines start their agents in another way. */
  on: z.boolean().default(false),
  /** Name of the network interface (IFNAMSIZ: 15 characters); null: nobody chose it yet. */
  interface: z.string().min(1).max(15).nullable().default(null),
  /** Images of Prestage Live that were chosen, absolute, the last one first: that one is started. */
  images: z.array(z.string().startsWith('/').max(longestPath)).max(rememberedImages).default([]),
});

/** The images with one that was chosen now. */
export function withImage(images: readonly string[], chosen: string): string[] {
  return [chosen, ...images.filter((image) => image !== chosen)].slice(0, rememberedImages);
}

/** The member `rack` of settings.json: machines that are imaged through an agent each. Every member has a default. */
export const rackSettingsSchema = z.strictObject({
  /** Which disk of a machine with several gets the image. */
  disk: diskRuleSchema.default(defaultDiskRule),
  /** ADDRESS:PORT at which the app serves the rack; null: nobody said it yet. */
  listen: z
    .string()
    .max(longestAddress)
    .refine((address) => readHostAndPort(address) !== null, { message: 'must be ADDRESS:PORT' })
    .nullable()
    .default(null),
  /** Every machine with a sound serial is admitted without its code: nobody else is on the network. */
  closedNetwork: z.boolean().default(false),
  boot: bootSettingsSchema.default(() => bootSettingsSchema.parse({})),
  /** The station that the app got something from last; null: from none. */
  other: z
    .strictObject({
      /** ADDRESS:PORT. */
      station: z
        .string()
        .max(longestAddress)
        .refine((address) => readHostAndPort(address) !== null, { message: 'must be ADDRESS:PORT' }),
      /** SHA-256 of its certificate. */
      fingerprint: z.string().regex(/^[0-9a-f]{64}$/),
    })
    .nullable()
    .default(null),
});
export type RackSettings = z.infer<typeof rackSettingsSchema>;

/** TCP port of the agents where nobody says another. */
export const usualAgentPort = 7411;

/** HOST:PORT, as agents and the serving station take it. */
export interface HostAndPort {
  readonly host: string;
  readonly port: number;
}

/** An address and a port; IPv6 in brackets. @returns null for what is none */
export function readHostAndPort(text: string): HostAndPort | null {
  const [, inBrackets, plain, port] = /^(?:\[([0-9A-Fa-f:.]+)\]|([^\s:[\]]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = inBrackets ?? plain;
  const isSound = host !== undefined && host === sanitizeForDisplay(host) && Number(port) <= 65_535;
  return isSound ? { host, port: Number(port) } : null;
}

/** Where another station is, and by what it is known. */
export interface StationPlace {
  /** ADDRESS:PORT. */
  readonly station: string;
  /** SHA-256 of its certificate. */
  readonly fingerprint: string;
}

/** The text of the code that a serving station shows for other stations to scan. */
export function stationCode({ station, fingerprint }: StationPlace): string {
  return `${station} ${fingerprint}`;
}

/**
 * The station in a text: of {@link stationCode}, or of the command for machines, which holds both, too.
 * @returns null when it holds none
 */
export function readStationCode(text: string): StationPlace | null {
  const [, station = '', fingerprint = ''] =
    /(?:^|\s)(\S+:\d{1,5})\s+(?:--fingerprint\s+)?([0-9a-f]{64})\s*$/i.exec(text) ?? [];
  return readHostAndPort(station) === null ? null : { station, fingerprint: fingerprint.toLowerCase() };
}
