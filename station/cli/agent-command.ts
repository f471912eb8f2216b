import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { z } from 'zod';
import { sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { timeouts } from '../../core/base/timeouts';
import type { HostAndPort } from '../../core/settings/rack-settings';
import { normalizeSerial, serialProblem } from '../../core/machine/serial';
import type { ThisMachine } from '../../core/machine/this-machine';
import { runAgent, type AgentView } from '../agent/agent';
import { MachineScreen } from '../agent/screen';
import type { MachineWork } from '../../core/contract/agent-bytes';
import { helperCommand } from '../helper-client/helper-command';
import { HelperProcess } from '../helper-client/helper-process';
import { keptIdentity, makeIdentity } from '../rack-link/certificate';
import { shownCode } from '../../core/machine/admission-code';
import { commandAction, jsonOption, parseCount, type CommandContext } from './command-context';
import { parseFingerprint, parseHostAndPort } from './rack-text';

/** What `agent --json` prints: nothing, unless it is refused. */
export const agentForm = z.strictObject({});

interface AgentOptions {
  readonly station: HostAndPort;
  readonly fingerprint: string;
  readonly keyFolder?: string;
  readonly bench?: string;
  readonly serial?: string;
  readonly grace?: number;
  readonly screen?: true;
}

/** Where nobody says how large it is: what every console has at least. */
const smallScreen = { columns: 80, rows: 25 };

/** `prestage agent`: on a machine of a rack. @param version of Prestage */
export function agentCommand(version: string): Command {
  return new Command('agent')
    .description("offer this machine's drives to a station, until Ctrl+C: as root, on a machine of a rack")
    .requiredOption('--station <address:port>', 'where the station serves its rack', parseHostAndPort)
    .requiredOption(
      '--fingerprint <sha256>',
      "SHA-256 of the station's certificate, as prestage rack shows it",
      parseFingerprint,
    )
    .option('--key-folder <folder>', 'keep the key of this machine here; without, each start has a new one')
    .option('--bench <dir>', 'offer the virtual bench in this folder as a machine, not the real drives')
    .option('--serial <serial>', 'serial of the machine that a virtual bench stands for')
    .option(
      '--grace <seconds>',
      `seconds that a job continues without the station (default: ${timeouts.rackGrace / 1000})`,
      parseCount,
    )
    .option(
      '--screen',
      'fill the terminal: serial and code in large letters, barcodes, and PASS or FAIL at the end',
    )
    .addOption(jsonOption(agentForm))
    .action(
      commandAction<AgentOptions>(async (context, options) => {
        const { output, signal } = context;
        const bench = options.bench === undefined ? null : resolve(options.bench);
        const machine = await machineOf(bench, options.serial, context);
        const screen = options.screen === true ? new MachineScreen(machine) : null;
        let shown = '';
        await runAgent({
          ...{ address: options.station, fingerprint: options.fingerprint, version, machine, bench, signal },
          identity: identityIn(options.keyFolder),
          grace: options.grace === undefined ? timeouts.rackGrace : options.grace * 1000,
          startHelper: (socket) =>
            new HelperProcess(
              helperCommand({ kind: 'direct' }, [
                ...context.helpers.command,
                ...['--agent', socket],
                ...(bench === null ? [] : [bench]),
              ]),
            ),
          onView: (view, work) => {
            if (screen !== null) {
              const { isTTY, columns, rows } = process.stdout;
              process.stdout.write(screen.draw(view, work, isTTY ? { columns, rows } : smallScreen));
              return;
            }
            const text = textOf(view, work, machine.serial);
            if (text !== shown) output.message(text);
            shown = text;
          },
        }).catch((error: unknown) => {
          // Ctrl+C is how an agent ends.
          if (!signal.aborted) throw error;
        });
        // On a machine's screen PASS or FAIL goes on standing alone: it restarts, or goes off.
        output.result<typeof agentForm>({}, () => (screen === null ? 'The agent was stopped.' : ''));
        return undefined;
      }),
    );
}

/** @throws PrestageError usage, privilege-unavailable, helper-… */
async function machineOf(
  bench: string | null,
  serial: string | undefined,
  { helpers, signal }: CommandContext,
): Promise<ThisMachine> {
  if (bench !== null) return virtualMachine(serial ?? '');
  if (serial !== undefined) {
    throw new PrestageError({
      code: 'usage',
      message: "--serial is for a virtual bench: the serial of a machine is its firmware's.",
    });
  }
  const client = await helpers.plain();
  if (client.greeting?.uid !== 0) {
    throw new PrestageError({
      code: 'privilege-unavailable',
      message: 'An agent opens the drives of its machine, and was not started as root.',
      remedy: 'Start it as root, or with --bench on a virtual bench.',
    });
  }
  return await client.call('readMachine', {}, { signal });
}

/** What firmware says of a machine that is a folder. */
function virtualMachine(text: string): ThisMachine {
  const serial = normalizeSerial(text);
  const problem = text === '' ? null : serialProblem(serial);
  return {
    serial: text === '' || problem !== null ? null : serial,
    facts: {},
    refused: problem === null ? [] : [{ what: 'serial', text: serial, why: 'placeholder' }],
    source: 'none',
    needsPrivilege: false,
  };
}

function identityIn(folder: string | undefined): ReturnType<typeof makeIdentity> {
  if (folder === undefined) return makeIdentity();
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return keptIdentity(resolve(folder));
}

function textOf(view: AgentView, work: MachineWork | null, serial: string | null): string {
  const machine = `Machine ${serial ?? 'without a serial'}`;
  if (view.what === 'admitted' && work?.state === 'ended') return endOf(machine, work);
  switch (view.what) {
    case 'searching':
      return view.problem === null
        ? `${machine} looks for its station.`
        : `${machine} cannot reach its station: ${view.problem}`;
    case 'waiting':
      return `${machine} waits until ${view.station} admits it. Code: ${shownCode(view.code)}${view.problem === null ? '' : `. ${view.problem}`}`;
    case 'refused':
      return `${machine} was turned away by ${view.station}. With its code it can be admitted there: ${shownCode(view.code)}`;
    case 'admitted':
      return `${machine} is admitted by ${view.station}. Code: ${shownCode(view.code)}${view.sessions === 0 ? '' : '. In use'}`;
  }
}

function endOf(
  machine: string,
  { verdict, text, atEnd, isDone }: Extract<MachineWork, { state: 'ended' }>,
): string {
  // A reason is a sentence already.
  const why = text === '' ? '' : `: ${sanitizeForDisplay(text, 400).replace(/\.$/, '')}`;
  const then = {
    wait: '',
    off: isDone ? '. It turns off' : '. It would turn off now: a virtual bench does not',
    restart: isDone ? '. It restarts' : '. It would restart now: a virtual bench does not',
  }[atEnd];
  return `${machine} ${verdict === 'stopped' ? 'was stopped' : verdict}${why}${then}.`;
}
