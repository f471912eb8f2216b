import { Command } from 'commander';
import { z } from 'zod';
import { formatBytes, sanitizeForDisplay } from '../../core/base/display';
import { errorDataSchema, PrestageError, type ErrorData } from '../../core/base/errors';
import type { FleetSettings } from '../../core/settings/fleet';
import { addStation, migrate } from '../fleet/admin';
import { targetOf, withFleetClient } from '../fleet/connection';
import { fleetInvalid } from '../fleet/fleet-errors';
import { Outbox } from '../fleet/outbox';
import { plantStationsSchema, readStations, type PlantStations } from '../fleet/plant-stations';
import { askPosition, checkPosition, pushAll } from '../fleet/push';
import { tellState } from '../fleet/station-state';
import { fleetReportSchema, verifyFleet, type FleetReport } from '../fleet/verify-plant';
import { loadSettings } from '../state/settings';
import { requireStateDirectory, statePaths, type StatePaths } from '../state/state-paths';
import { commandAction, failsWhen, jsonOption, stateOption, type CommandContext } from './command-context';
import { exitCodes, type ExitCode } from './exit-codes';
import { addTargetOptions, adminTarget, type TargetOptions } from './fleet-target';
import { details, localTime, table } from './output';
import { counted } from '../../core/base/plurals';

/** `prestage fleet`: the plant database from the command line, and what each of its commands prints. */

const count = z.int().nonnegative();

/** What `fleet migrate --json` prints. */
export const fleetMigrateForm = z.strictObject({
  /** Names of the migrations that were applied this time. */
  applied: z.array(z.string()),
});

/** What `fleet add-station --json` prints. */
export const fleetAddStationForm = z.strictObject({
  name: z.string(),
  login: z.string(),
  /** SHA-256 of the station's public key (SPKI, DER). */
  keyFingerprint: z.string(),
  /** False: the station was already known and was changed. */
  added: z.boolean(),
});

/** What `fleet push --json` prints. */
export const fleetPushForm = z.strictObject({
  /** Number of entries in the database now. */
  sequence: count,
  /** Number of entries sent this time. */
  sent: count,
});

/** What `fleet status --json` prints. */
export const fleetStatusForm = z.strictObject({
  host: z.string(),
  port: z.int().positive(),
  database: z.string(),
  user: z.string(),
  /** Entries on the station. */
  entries: count,
  /** Entries the database has confirmed. */
  confirmed: count,
  /** Entries the database does not have yet. */
  behind: count,
  /** Time when the database last confirmed entries; null when it never did. */
  confirmedAt: z.string().nullable(),
  /** Why the database did not respond; null when it did. */
  error: errorDataSchema.nullable(),
});

interface StationOptions extends TargetOptions {
  readonly name: string;
  readonly key: string;
  readonly login: string;
}

/** `prestage fleet migrate | add-station | push | status | stations | verify`. */
export function fleetCommand(): Command {
  const command = new Command('fleet').description('collect the ledgers of many stations in one database');
  addTargetOptions(command.command('migrate'))
    .description('for the administrator: create or update the tables in the plant database')
    .addOption(jsonOption(fleetMigrateForm))
    .action(
      commandAction<TargetOptions>(async ({ signal, output }, options) => {
        const applied = await withFleetClient(adminTarget(options), signal, (client) => migrate(client));
        output.result<typeof fleetMigrateForm>({ applied }, () =>
          applied.length === 0 ? 'The tables are already up to date.' : `Applied: ${applied.join(', ')}.`,
        );
        return undefined;
      }),
    );
  addTargetOptions(command.command('add-station'))
    .description('for the administrator: add a station, or change its name or login')
    .requiredOption('--name <name>', 'name of the station in reports')
    .requiredOption('--key <file>', 'station-key.pub.pem of the station')
    .requiredOption('--login <role>', 'database login for this station only; must exist')
    .addOption(jsonOption(fleetAddStationForm))
    .action(
      commandAction<StationOptions>(async ({ signal, output }, options) => {
        const { name, login, key: keyFile } = options;
        const { keyFingerprint, added } = await withFleetClient(adminTarget(options), signal, (client) =>
          addStation(client, { name, login, keyFile }),
        );
        output.result<typeof fleetAddStationForm>({ name, login, keyFingerprint, added }, () =>
          details([
            [added ? 'added' : 'changed', name],
            ['login', login],
            ['key', keyFingerprint],
          ]),
        );
        return undefined;
      }),
    );
  failsWhen(command.command('push'), 'the plant database did not accept the entries')
    .description('push all missing entries to the plant database')
    .addOption(stateOption())
    .addOption(jsonOption(fleetPushForm))
    .action(commandAction<object>(push));
  failsWhen(command.command('status'), 'the plant database did not respond')
    .description('show how many entries the plant database is behind this station')
    .addOption(stateOption())
    .addOption(jsonOption(fleetStatusForm))
    .action(commandAction<object>(status));
  addTargetOptions(command.command('stations'))
    .description('list what each station holds and which rack it serves, as it told the plant database last')
    .addOption(jsonOption(plantStationsSchema))
    .action(
      commandAction<TargetOptions>(async ({ signal, output }, options) => {
        const found = await withFleetClient(adminTarget(options), signal, readStations);
        output.result<typeof plantStationsSchema>(found, () => stationsText(found));
        return undefined;
      }),
    );
  failsWhen(addTargetOptions(command.command('verify')), 'the plant database is not intact')
    .description('check every hash, signature and chain in the plant database')
    .addOption(jsonOption(fleetReportSchema))
    .action(
      commandAction<TargetOptions>(async ({ signal, output }, options) => {
        const report = await withFleetClient(adminTarget(options), signal, (client) =>
          verifyFleet(client, () => undefined),
        );
        for (const { station, code, message } of report.findings) {
          output.message(`${code}: ${station === null ? '' : `${station}: `}${message}`);
        }
        output.result<typeof fleetReportSchema>(report, () => reportText(report));
        return report.ok ? exitCodes.good : exitCodes.failed;
      }),
    );
  return command;
}

/** What the commands of a station work with. @throws PrestageError fleet-invalid when no database is set */
function openOutbox({ stateDirectory }: CommandContext): {
  settings: FleetSettings;
  outbox: Outbox;
  paths: StatePaths;
} {
  requireStateDirectory(stateDirectory);
  const paths = statePaths(stateDirectory, { make: false });
  const settings = loadSettings(paths).fleet;
  if (settings === undefined) {
    throw fleetInvalid(
      'No plant database is set up for this station.',
      'Set "fleet" in settings.json; the documentation explains how.',
    );
  }
  return { settings, outbox: new Outbox(paths), paths };
}

async function push(context: CommandContext): Promise<ExitCode | undefined> {
  const { signal, output } = context;
  const { settings, outbox, paths } = openOutbox(context);
  const target = targetOf(settings);
  try {
    const pushed = await withFleetClient(target, signal, async (client) => {
      const done = await pushAll(client, outbox);
      await tellState(client, outbox, paths);
      return done;
    });
    output.result<typeof fleetPushForm>(pushed, () =>
      pushed.sent === 0
        ? `Nothing to push: the database has all ${pushed.sequence} entries.`
        : `Pushed ${pushed.sent}. The database has all ${pushed.sequence} entries.`,
    );
    return undefined;
  } catch (error) {
    if (!isFleetFailure(error)) throw error;
    output.failure(error);
    return exitCodes.failed;
  }
}

async function status(context: CommandContext): Promise<ExitCode | undefined> {
  const { signal, output } = context;
  const { settings, outbox } = openOutbox(context);
  const entries = outbox.count();
  const known = outbox.confirmed();
  let confirmed = known?.sequence ?? 0;
  let error: ErrorData | null = null;
  try {
    const key = outbox.key();
    const there = await withFleetClient(targetOf(settings), signal, async (client) =>
      key === null ? null : await askPosition(client, key.fingerprint),
    );
    if (there !== null) {
      checkPosition(outbox, there);
      outbox.confirm(there);
      confirmed = there.sequence;
    }
  } catch (failure) {
    if (!isFleetFailure(failure)) throw failure;
    error = failure.data;
  }
  const { host, port, database, user } = settings;
  const behind = Math.max(0, entries - confirmed);
  const at = outbox.confirmed()?.at ?? null;
  output.result<typeof fleetStatusForm>(
    { host, port, database, user, entries, confirmed, behind, confirmedAt: at, error },
    () =>
      details([
        ['database', `${database} at ${host}:${port} as ${user}`],
        ['entries here', String(entries)],
        ['entries there', error === null ? String(confirmed) : `${confirmed} when it last responded`],
        ['behind', String(behind)],
        ['last confirmed', at === null ? null : localTime(new Date(at))],
        ['status', error === null ? 'ok' : [`${error.code}: ${error.message}`, error.remedy]],
      ]),
  );
  return error === null ? undefined : exitCodes.failed;
}

/** The database, not this station, is what it failed at. */
function isFleetFailure(error: unknown): error is PrestageError {
  return (
    error instanceof PrestageError && (error.code === 'fleet-refused' || error.code === 'fleet-unavailable')
  );
}

function stationsText({ stations }: PlantStations): string {
  if (stations.length === 0) return 'No station was added to this database.';
  const shown = (text: string): string => sanitizeForDisplay(text, 120);
  return stations
    .map(({ name, toldAt, rack, held }) => {
      const since = rack === null || rack.since === null ? '' : `, since ${localTime(new Date(rack.since))}`;
      const at = rack === null || rack.interface === null ? '' : ` (${shown(rack.interface)})`;
      return details([
        ['station', shown(name)],
        ['told', toldAt === null ? 'never' : localTime(new Date(toldAt))],
        [
          'rack',
          rack === null
            ? null
            : `${shown(rack.listens)}${at}${since}, ${counted(rack.machines, 'machine', 'machines')}`,
        ],
        ['fingerprint', rack === null || rack.certificate === null ? null : shown(rack.certificate)],
        [
          'holds',
          held.map(
            (item) =>
              `${item.what === 'media' ? 'media' : 'disk image'} ${shown(item.name)}, ${formatBytes(item.bytes)}, ${item.what === 'media' ? `SHA-256 ${shown(item.sha256)}` : `of media ${shown(item.mediaSha256)}`}${item.from === null ? '' : `, from ${shown(item.from)}`}`,
          ),
        ],
      ]);
    })
    .join('\n\n');
}

function reportText({ ok, entries, stations, findings }: FleetReport): string {
  const looked = `${counted(entries, 'entry', 'entries')} of ${counted(stations.length, 'station', 'stations')}`;
  const found = counted(findings.length, 'finding', 'findings');
  const rows = stations.map(({ name, keyFingerprint, entries: count, head }) => [
    sanitizeForDisplay(name),
    String(count),
    head === null ? null : head.hash.slice(0, 12),
    keyFingerprint,
  ]);
  const columns = ['STATION', 'ENTRIES', 'NEWEST HASH', 'KEY'].map((title) => ({ title }));
  return [
    ...(rows.length === 0 ? [] : [table(columns, rows), '']),
    ok ? `The database is intact: ${looked} checked.` : `The database is NOT intact: ${found} in ${looked}.`,
  ].join('\n');
}
