import { resolve } from 'node:path';
import type { Command } from 'commander';
import { z } from 'zod';
import { rackSchema } from '../../core/contract/rack';
import { PrestageError } from '../../core/base/errors';
import { timeouts } from '../../core/base/timeouts';
import { usualAgentPort, type HostAndPort } from '../../core/settings/rack-settings';
import { bootInterfaceSchema } from '../../core/netboot/boot-interface';
import type { BootState } from '../../core/netboot/boot-state';
import { listenAtInterface, ownBootImage, usualBootPort } from '../netboot/boot-choice';
import { BootService } from '../netboot/boot-service';
import { serveRack } from '../rack/serve-rack';
import { loadSettings } from '../state/settings';
import { statePaths } from '../state/state-paths';
import { logEvent } from '../state/log-file';
import { commandAction, jsonOption, parseCount, stateOption, type CommandContext } from './command-context';
import { operatorOf, operatorOption } from './operator-option';
import { table } from './output';
import { newsOf, parseHostAndPort, rackText } from './rack-text';

interface ServeOptions {
  readonly listen?: HostAndPort;
  readonly interface?: string;
  readonly bootImage?: string;
  readonly bootPort?: HostAndPort['port'];
  readonly closedNetwork?: true;
  readonly operator?: string;
  readonly grace?: number;
}

/** What `rack interfaces --json` prints. */
export const interfacesForm = z.strictObject({ interfaces: z.array(bootInterfaceSchema) });

/** `prestage rack serve`. @param version of Prestage */
export function addServe(command: Command, version: string): void {
  command
    .command('serve')
    .description('serve the rack until Ctrl+C: machines whose agents ask here can be admitted and imaged')
    .option(
      '--listen <address:port>',
      `address of this computer and port for the agents (default with --interface: its address, port ${usualAgentPort})`,
      parseHostAndPort,
    )
    .option(
      '--interface <name>',
      "start machines from the network, through this computer's interface of this name: DHCP and TFTP are answered there",
    )
    .option(
      '--boot-image <file>',
      'image of Prestage Live that machines start (default on a stick: the one that runs)',
    )
    .option(
      '--boot-port <port>',
      `port at which machines fetch their system (default: ${usualBootPort})`,
      parseCount,
    )
    .option('--closed-network', 'admit every machine without its code: nobody else is on this network')
    .addOption(operatorOption())
    .option(
      '--grace <seconds>',
      `seconds that a job continues without its machine's connection (default: ${timeouts.rackGrace / 1000})`,
      parseCount,
    )
    .addOption(stateOption())
    .addOption(jsonOption(rackSchema))
    .action(
      commandAction<ServeOptions>(async (context, options) => {
        const { output, signal, stateDirectory } = context;
        const boot = new BootService(context.helpers, version);
        const listen = await listenAt(options, boot);
        const paths = statePaths(stateDirectory);
        const served = await serveRack({
          ...{ paths, version, listen },
          stationName: loadSettings(paths).stationName,
          closedNetwork: options.closedNetwork === true ? operatorOf(options.operator) : null,
          grace: options.grace === undefined ? timeouts.rackGrace : options.grace * 1000,
          onMachine: (machine) => {
            output.message(newsOf(machine));
            const { id, state, address, admission } = machine;
            logEvent('info', 'rack-machine', { id, state, address, admission, version: machine.version });
          },
        });
        try {
          const rack = served.rack();
          if (options.interface !== undefined) {
            await startBoot(boot, options.interface, rack, options, context);
          }
          output.result<typeof rackSchema>(rack, () => rackText(rack));
          await new Promise((done) => {
            if (signal.aborted) done(null);
            else signal.addEventListener('abort', done, { once: true });
          });
        } finally {
          await boot.stop();
          await served.stop();
        }
        return undefined;
      }),
    );
}

/** `prestage rack interfaces`. @param version of Prestage */
export function addInterfaces(command: Command, version: string): void {
  command
    .command('interfaces')
    .description(
      'list the network interfaces of this computer, and through which of them machines may be started',
    )
    .addOption(jsonOption(interfacesForm))
    .action(
      commandAction(async ({ helpers, output }) => {
        const interfaces = await new BootService(helpers, version).interfaces();
        const rows = interfaces.map(({ name, address, prefix, refused }) => [
          name,
          address === null ? null : `${address}/${prefix ?? ''}`,
          refused === null ? 'yes' : 'no',
          refused?.message ?? null,
        ]);
        const columns = ['INTERFACE', 'ADDRESS', 'STARTS MACHINES', 'WHY NOT'].map((title) => ({ title }));
        output.result<typeof interfacesForm>({ interfaces: [...interfaces] }, () => table(columns, rows));
        return undefined;
      }),
    );
}

/** @throws PrestageError usage, boot-interface, boot-default-route */
async function listenAt({ listen, interface: name }: ServeOptions, boot: BootService): Promise<HostAndPort> {
  if (name === undefined) {
    if (listen !== undefined) return listen;
    throw new PrestageError({
      code: 'usage',
      message: '--listen or --interface is missing.',
      remedy: 'See prestage rack serve --help',
    });
  }
  return await listenAtInterface(listen ?? null, name, boot);
}

async function startBoot(
  boot: BootService,
  name: string,
  rack: { readonly listens: string; readonly certificate: string },
  { bootImage, bootPort: port }: ServeOptions,
  { output, signal }: CommandContext,
): Promise<void> {
  const image = bootImage ?? ownBootImage();
  if (image === null) {
    throw new PrestageError({
      code: 'boot-image',
      message: 'No image of Prestage Live was named for the machines to start.',
      remedy: 'Give --boot-image FILE.iso. It is made by: sudo npm run package:live',
    });
  }
  let served = false;
  boot.on('changed', (state: BootState) => {
    if (state.state === 'serving') {
      served = true;
      output.message(
        `Machines on ${state.interface} are started from the network. Set their firmware to start from it, UEFI over IPv4; Secure Boot may stay on.`,
      );
    } else if (state.state === 'waiting') {
      output.failure(new PrestageError(state.error));
    } else if (state.state === 'refused' && served) {
      // Machines that run go on: the rack is served as before.
      output.failure(new PrestageError(state.error));
    }
  });
  const stop = (): void => {
    void boot.stop();
  };
  signal.addEventListener('abort', stop, { once: true });
  await boot.start({
    ...{ interface: name, image: resolve(image), httpPort: port ?? usualBootPort },
    agentPort: Number(/\d+$/.exec(rack.listens)?.[0]),
    fingerprint: rack.certificate,
  });
}
