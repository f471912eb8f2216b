import { createPublicKey } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Client } from 'pg';
import { z } from 'zod';
import { genesisHash, ledgerEntrySchema, type StoredEntry } from '../../core/ledger/record';
import { checkEntry, ledgerFindingCodes, parseJson, type LedgerFindingCode } from '../ledger/check-entry';
import { columnsOf } from '../ledger/entry';
import { keyFingerprint, type VerifyingKey } from '../ledger/keys';
import { appliedMigrations } from './admin';
import { fleetRefused } from './fleet-errors';
import { checksumOf, migrations } from './migrations';

const fleetFindingSchema = z.strictObject({
  /** Name of the station; null when it is about the whole database. */
  station: z.string().nullable(),
  sequence: z.int().nullable(),
  code: z.enum(ledgerFindingCodes),
  /** One sentence. */
  message: z.string(),
});
export type FleetFinding = Readonly<z.infer<typeof fleetFindingSchema>>;

/** What checking the plant's database found; `fleet verify --json` prints it. */
export const fleetReportSchema = z.strictObject({
  /** True when there is no finding. */
  ok: z.boolean(),
  entries: z.int().nonnegative(),
  stations: z
    .array(
      z
        .strictObject({
          name: z.string(),
          keyFingerprint: z.string(),
          entries: z.int().nonnegative(),
          /** The newest entry; null when there is none. Compare it with the station's own. */
          head: z.strictObject({ sequence: z.int(), hash: z.string() }).readonly().nullable(),
        })
        .readonly(),
    )
    .readonly(),
  findings: z.array(fleetFindingSchema).readonly(),
});
export type FleetReport = Readonly<z.infer<typeof fleetReportSchema>>;

const number = z.coerce.number().pipe(z.int());
const stationRow = z.object({
  id: z.int(),
  name: z.string(),
  key_fingerprint: z.string(),
  public_key: z.instanceof(Buffer),
});
type StationRow = z.infer<typeof stationRow>;
const entryRow = z.object({
  sequence: number,
  json: z.string(),
  hash: z.string(),
  previous_hash: z.string(),
  signature: z.string(),
  facts: z.unknown(),
  machine_serial: z.string().nullable(),
});
type EntryRow = z.infer<typeof entryRow>;
const triggerRow = z.object({ name: z.string(), enabled: z.string() });

/** Rows read at once. */
const pageRows = 500;

/** Triggers that must be there, and on whatever a session takes itself for. */
const expectedTriggers = ['check_entry', 'entries_are_only_added', 'keys_are_only_added'] as const;

/**
 * Looks at everything that the database holds, on one state of it: hash, signature, form and chain of every entry, what
 * was derived from it, the triggers and the migrations. Believes nothing that the database computed.
 * @throws PrestageError fleet-refused when it has no tables; what the driver throws
 */
export async function verifyFleet(
  client: Client,
  onEntries: (entries: number) => void,
): Promise<FleetReport> {
  const findings: FleetFinding[] = [];
  const stations: FleetReport['stations'][number][] = [];
  let entries = 0;
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  try {
    await checkDatabase(client, findings);
    const { rows } = await client.query<Record<string, unknown>>(
      'SELECT id, name, key_fingerprint, public_key FROM prestage.stations ORDER BY id',
    );
    for (const row of rows) {
      const station = stationRow.parse(row);
      const chain = new ChainCheck(station, findings);
      for (let after = Number.MIN_SAFE_INTEGER; ;) {
        const page = await client.query<Record<string, unknown>>(
          `SELECT sequence, json, hash, previous_hash, signature, facts, machine_serial
           FROM prestage.entries WHERE station = $1 AND sequence > $2 ORDER BY sequence LIMIT ${pageRows}`,
          [station.id, after],
        );
        for (const raw of page.rows) {
          const entry = entryRow.parse(raw);
          chain.visit(entry);
          after = entry.sequence;
        }
        entries += page.rows.length;
        onEntries(entries);
        if (page.rows.length < pageRows) break;
      }
      stations.push(chain.result());
    }
  } finally {
    await client.query('ROLLBACK').catch(() => undefined);
  }
  return { ok: findings.length === 0, entries, stations, findings };
}

async function checkDatabase(client: Client, findings: FleetFinding[]): Promise<void> {
  const find = (message: string): void => {
    findings.push({ station: null, sequence: null, code: 'schema-changed', message });
  };
  const applied = await appliedMigrations(client);
  if (applied.length === 0) {
    throw fleetRefused('The database has no Prestage tables.', 'Run "prestage fleet migrate" first.');
  }
  for (const migration of migrations) {
    const found = applied.find((one) => one.number === migration.number);
    if (found === undefined) find(`The migration ${migration.name} was not applied.`);
    else if (found.checksum !== checksumOf(migration)) {
      find(`The migration ${migration.name} differs from the one that was applied.`);
    }
  }
  const { rows } = await client.query<Record<string, unknown>>(
    `SELECT t.tgname::text AS name, t.tgenabled::text AS enabled
     FROM pg_catalog.pg_trigger AS t JOIN pg_catalog.pg_class AS c ON c.oid = t.tgrelid
     WHERE c.relnamespace = 'prestage'::regnamespace AND NOT t.tgisinternal`,
  );
  const triggers = new Map(
    rows.map((row) => triggerRow.parse(row)).map(({ name, enabled }) => [name, enabled]),
  );
  for (const name of expectedTriggers) {
    const enabled = triggers.get(name);
    if (enabled === undefined) find(`The trigger ${name} is missing.`);
    else if (enabled !== 'A') find(`The trigger ${name} was disabled.`);
  }
}

/** One station's chain, entry by entry. */
class ChainCheck {
  readonly #station: StationRow;
  readonly #findings: FleetFinding[];
  readonly #key: VerifyingKey | null;
  #entries = 0;
  #previous: { sequence: number; hash: string } = { sequence: 0, hash: genesisHash };

  constructor(station: StationRow, findings: FleetFinding[]) {
    this.#station = station;
    this.#findings = findings;
    this.#key = keyOf(station);
    if (this.#key === null) {
      this.#find(null, 'key-mismatch', 'The key of the station does not match its fingerprint.');
    }
  }

  visit(row: EntryRow): void {
    const { sequence } = row;
    this.#entries += 1;
    const expected = this.#previous.sequence + 1;
    if (sequence > expected) {
      const gap =
        sequence - 1 === expected ? `Entry ${expected} is` : `Entries ${expected} to ${sequence - 1} are`;
      this.#find(expected, 'missing', `${gap} missing.`);
    } else if (sequence < expected) {
      this.#find(sequence, 'sequence-mismatch', `Entry ${sequence} is at a position that no entry can have.`);
    }
    const parsed = ledgerEntrySchema.safeParse(parseJson(row.json));
    const entry = parsed.success ? parsed.data : null;
    for (const { code, message } of checkEntry(withColumns(row), this.#key).problems) {
      this.#find(sequence, code, `Entry ${sequence} ${message}`);
    }
    if (entry !== null) this.#checkPlace(row, entry.sequence, entry.previousHash, expected);
    if (!derivedHolds(row)) {
      this.#find(
        sequence,
        'index-mismatch',
        `Entry ${sequence} has report columns that do not match its contents.`,
      );
    }
    this.#previous = { sequence, hash: row.hash };
  }

  #checkPlace(row: EntryRow, written: number, previousHash: string, expected: number): void {
    const { sequence } = row;
    if (written !== sequence) {
      const message = `Position ${sequence} has what was written as entry ${written}.`;
      this.#find(sequence, 'sequence-mismatch', message);
    } else if (
      row.previous_hash !== previousHash ||
      (sequence === expected && previousHash !== this.#previous.hash)
    ) {
      const message = `Entry ${sequence} does not follow the one before it: one of the two was replaced.`;
      this.#find(sequence, 'chain-broken', message);
    }
  }

  result(): FleetReport['stations'][number] {
    return {
      name: this.#station.name,
      keyFingerprint: this.#station.key_fingerprint,
      entries: this.#entries,
      head: this.#previous.sequence > 0 ? this.#previous : null,
    };
  }

  #find(sequence: number | null, code: LedgerFindingCode, message: string): void {
    this.#findings.push({ station: this.#station.name, sequence, code, message });
  }
}

function keyOf({ public_key, key_fingerprint }: StationRow): VerifyingKey | null {
  try {
    const publicKey = createPublicKey({ key: public_key, format: 'der', type: 'spki' });
    if (publicKey.asymmetricKeyType !== 'ed25519' || keyFingerprint(publicKey) !== key_fingerprint) {
      return null;
    }
    return {
      publicKey,
      fingerprint: key_fingerprint,
      pem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    };
  } catch {
    return null;
  }
}

/** The row as the ledger's own check wants it. Its columns are the ledger's index, which is not pushed. */
function withColumns(row: StoredEntry): Parameters<typeof checkEntry>[0] {
  const { sequence, json, hash, signature } = row;
  const parsed = ledgerEntrySchema.safeParse(parseJson(json));
  const columns = parsed.success
    ? columnsOf(parsed.data.record)
    : { kind: '', state: null, machineSerial: '', driveKey: '', jobId: '' };
  return { sequence, json, hash, signature, ...columns };
}

const textUnder = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;

/** Whether what reports are made from is what the signed JSON says. */
function derivedHolds({ json, facts: details, machine_serial }: EntryRow): boolean {
  const said: unknown = parseJson(json);
  if (!isDeepStrictEqual(withoutNul(said), details)) return false;
  const record = textUnder(said, 'record');
  const serial = textUnder(textUnder(record, 'job'), 'machineSerial') ?? textUnder(record, 'machineSerial');
  if (typeof serial !== 'string') return machine_serial === null;
  return machine_serial === Array.from(serial).slice(0, 200).join('').replaceAll('\0', '\ufffd');
}

/** As 0001-tables.sql does it: jsonb has no U+0000. */
function withoutNul(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('\0', '\ufffd');
  if (Array.isArray(value)) return value.map(withoutNul);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name.replaceAll('\0', '\ufffd'), withoutNul(member)]),
  );
}
