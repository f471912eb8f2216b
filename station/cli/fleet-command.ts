import { Command } from 'commander';
import { sanitizeForDisplay } from '../../core/base/display';
import { PrestageError, type ErrorData } from '../../core/base/errors';
import type { FleetSettings } from '../../core/settings/fleet';
import { addStation, migrate } from '../fleet/admin';
import { targetOf, withFleetClient } from '../fleet/connection';
import { fleetInvalid } from '../fleet/fleet-errors';
import { Outbox } from '../fleet/outbox';
import { askPosition, checkPosition, pushAll } from '../fleet/push';
import { verifyFleet, type FleetReport } from '../fleet/verify-plant';
import { loadSettings } from '../state/settings';
import { requireStateDirectory, statePlaces } from '../state/state-paths';
import { commandAction, jsonOption, stateOption, type CommandContext } from './command-context';
import { exitCodes, type ExitCode } from './exit-codes';
import { addTargetOptions, adminTarget, type TargetOptions } from './fleet-target';
import { facts, localTime, table } from './output';

interface StationOptions extends TargetOptions {
  readonly name: string;
  readonly key: string;
  readonly login: string;
}

/** `prestage fleet migrate | add-station | push | status | verify`. */
export function fleetCommand(): Command {
  const command = new Command('fleet').description('bring the ledgers of many stations into one database');
  addTargetOptions(command.command('migrate'))
    .description('for the administrator: make the tables in the plant’s database, or bring them up to date')
    .addOption(jsonOption())
    .action(
      commandAction<TargetOptions>(async ({ signal, output }, options) => {
        const applied = await withFleetClient(adminTarget(options), signal, (client) => migrate(client));
        output.result({ applied }, () =>
          applied.length === 0 ? 'Everything was there already.' : `Applied: ${applied.join(', ')}.`,
        );
        return undefined;
      }),
    );
  addTargetOptions(command.command('add-station'))
    .description('for the administrator: let a station push, or change its name or login')
    .requiredOption('--name <name>', 'name of the station in reports')
    .requiredOption('--key <file>', 'its station-key.pub.pem')
    .requiredOption('--login <role>', 'database login of this station alone; must be there')
    .addOption(jsonOption())
    .action(
      commandAction<StationOptions>(async ({ signal, output }, options) => {
        const { name, login, key: keyFile } = options;
        const { keyFingerprint, added } = await withFleetClient(adminTarget(options), signal, (client) =>
          addStation(client, { name, login, keyFile }),
        );
        output.result({ name, login, keyFingerprint, added }, () =>
          facts([
            [added ? 'added' : 'changed', name],
            ['login', login],
            ['key', keyFingerprint],
          ]),
        );
        return undefined;
      }),
    );
  command
    .command('push')
    .description('push what the plant’s database has not, and end')
    .addOption(stateOption())
    .addOption(jsonOption())
    .action(commandAction<object>(push));
  command
    .command('status')
    .description('how far the plant’s database is behind this station')
    .addOption(stateOption())
    .addOption(jsonOption())
    .action(commandAction<object>(status));
  addTargetOptions(command.command('verify'))
    .description('check every hash, signature and chain in the plant’s database')
    .addOption(jsonOption())
    .action(
      commandAction<TargetOptions>(async ({ signal, output }, options) => {
        const report = await withFleetClient(adminTarget(options), signal, (client) =>
          verifyFleet(client, () => undefined),
        );
        for (const { station, code, message } of report.findings) {
          output.message(`${code}: ${station === null ? '' : `${station}: `}${message}`);
        }
        output.result(report, () => reportText(report));
        return report.ok ? exitCodes.good : exitCodes.failed;
      }),
    );
  return command;
}

/** What the commands of a station work with. @throws PrestageError fleet-invalid when no database is set */
function openOutbox({ stateDirectory }: CommandContext): { settings: FleetSettings; outbox: Outbox } {
  requireStateDirectory(stateDirectory);
  const places = statePlaces(stateDirectory, { make: false });
  const settings = loadSettings(places).fleet;
  if (settings === undefined) {
    throw fleetInvalid(
      'No plant’s database is set for this station.',
      'Set "fleet" in settings.json; the README says how.',
    );
  }
  return { settings, outbox: new Outbox(places) };
}

async function push(context: CommandContext): Promise<ExitCode | undefined> {
  const { signal, output } = context;
  const { settings, outbox } = openOutbox(context);
  const target = targetOf(settings);
  try {
    const pushed = await withFleetClient(target, signal, (client) => pushAll(client, outbox));
    output.result(pushed, () =>
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
  output.result({ host, port, database, user, entries, confirmed, behind, confirmedAt: at, error }, () =>
    facts([
      ['database', `${database} at ${host}:${port} as ${user}`],
      ['entries here', String(entries)],
      ['entries there', error === null ? String(confirmed) : `${confirmed} when it last answered`],
      ['behind', String(behind)],
      ['last confirmed', at === null ? null : localTime(new Date(at))],
      ['answer now', error === null ? 'good' : [`${error.code}: ${error.message}`, error.remedy]],
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

function reportText({ ok, entries, stations, findings }: FleetReport): string {
  const looked = `${entries === 1 ? '1 entry' : `${entries} entries`} of ${stations.length === 1 ? '1 station' : `${stations.length} stations`}`;
  const found = findings.length === 1 ? '1 finding' : `${findings.length} findings`;
  const rows = stations.map(({ name, keyFingerprint, entries: count, head }) => [
    sanitizeForDisplay(name),
    String(count),
    head === null ? null : head.hash.slice(0, 12),
    keyFingerprint,
  ]);
  const columns = ['STATION', 'ENTRIES', 'NEWEST HASH', 'KEY'].map((title) => ({ title }));
  return [
    ...(rows.length === 0 ? [] : [table(columns, rows), '']),
    ok ? `The database is whole: ${looked} checked.` : `The database is NOT whole: ${found} in ${looked}.`,
  ].join('\n');
}
