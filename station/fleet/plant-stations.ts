/** What the stations of a plant hold and serve, as each told the database at its last push. */
import type { Client } from 'pg';
import { z } from 'zod';

const time = z.date().transform((at) => at.toISOString());

const stationRow = z.object({
  station: z.string(),
  key_fingerprint: z.string(),
  listens: z.string().nullable(),
  interface: z.string().nullable(),
  certificate: z.string().nullable(),
  since: time.nullable(),
  machines: z.int().nullable(),
  told_at: time.nullable(),
});
const heldRow = z.object({
  key_fingerprint: z.string(),
  what: z.enum(['media', 'disk-image']),
  name: z.string(),
  sha256: z.string(),
  media_sha256: z.string(),
  bytes: z.coerce.number(),
  from_station: z.string().nullable(),
});

/** What `fleet stations --json` prints. */
export const plantStationsSchema = z.strictObject({
  stations: z.array(
    z.strictObject({
      name: z.string(),
      keyFingerprint: z.string(),
      /** When it told what follows; null: it never did. */
      toldAt: z.iso.datetime().nullable(),
      /** The rack that it served then; null: none. */
      rack: z
        .strictObject({
          /** ADDRESS:PORT. */
          listens: z.string(),
          /** Network interface with this address; null: not known. */
          interface: z.string().nullable(),
          /** SHA-256 of the certificate: what machines and other stations are given. */
          certificate: z.string().nullable(),
          since: z.iso.datetime().nullable(),
          /** Machines that were admitted and connected. */
          machines: z.int().nonnegative(),
        })
        .nullable(),
      held: z.array(
        z.strictObject({
          what: z.enum(['media', 'disk-image']),
          name: z.string(),
          /** Of the media's file, or of the disk image's chunk map. */
          sha256: z.string(),
          /** The media that it is, or was made from. */
          mediaSha256: z.string(),
          bytes: z.int().nonnegative(),
          /** The station that it came from; null: it was made on this one. */
          from: z.string().nullable(),
        }),
      ),
    }),
  ),
});
export type PlantStations = z.infer<typeof plantStationsSchema>;

/** @throws what the driver throws */
export async function readStations(client: Client): Promise<PlantStations> {
  const stations = await client.query<Record<string, unknown>>(
    'SELECT * FROM prestage.station_racks ORDER BY station',
  );
  const held = await client.query<Record<string, unknown>>(
    'SELECT * FROM prestage.station_holdings ORDER BY what DESC, name, sha256',
  );
  const items = held.rows.map((row) => heldRow.parse(row));
  return {
    stations: stations.rows.map((row) => {
      const one = stationRow.parse(row);
      const { listens, certificate, since } = one;
      return {
        ...{ name: one.station, keyFingerprint: one.key_fingerprint, toldAt: one.told_at },
        rack:
          listens === null
            ? null
            : { listens, interface: one.interface, certificate, since, machines: one.machines ?? 0 },
        held: items
          .filter(({ key_fingerprint: key }) => key === one.key_fingerprint)
          .map(({ what, name, sha256, media_sha256: mediaSha256, bytes, from_station: from }) => ({
            ...{ what, name, sha256, mediaSha256, bytes, from },
          })),
      };
    }),
  };
}
