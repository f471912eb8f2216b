import { Command } from 'commander';
import { rackMachineSchema, rackSchema } from '../../core/contract/rack';
import { PrestageError } from '../../core/base/errors';
import { RackClient } from '../rack/rack-client';
import { requireStateDirectory, statePaths } from '../state/state-paths';
import { commandAction, jsonOption, stateOption, type CommandContext } from './command-context';
import { operatorOf, operatorOption } from './operator-option';
import { addMirror } from './rack-mirror-command';
import { addInterfaces, addServe } from './rack-serve-command';
import { newsOf, rackText } from './rack-text';

interface AdmitOptions {
  readonly serial?: string;
  readonly operator?: string;
}

/** `prestage rack show | serve | mirror | admit | refuse`. @param version of Prestage */
export function rackCommand(version: string): Command {
  const command = new Command('rack').description('machines that are imaged through an agent each');
  command
    .command('show', { isDefault: true })
    .description('list the machines of the rack that is being served')
    .addOption(stateOption())
    .addOption(jsonOption(rackSchema))
    .action(
      commandAction(async (context) => {
        const rack = await clientOf(context).read();
        if (rack === null) {
          throw new PrestageError({
            code: 'rack-not-served',
            message: 'No rack is being served for this state folder.',
          });
        }
        context.output.result<typeof rackSchema>(rack, () => rackText(rack));
        return undefined;
      }),
    );
  addServe(command, version);
  addInterfaces(command, version);
  addMirror(command, version);
  command
    .command('admit')
    .description('let a machine into the rack whose screen shows this code')
    .argument('<code>', "code on the machine's screen")
    .option('--serial <serial>', 'serial from its label, where its firmware has none')
    .addOption(operatorOption())
    .addOption(stateOption())
    .addOption(jsonOption(rackMachineSchema))
    .action(
      commandAction<AdmitOptions>(async (context, { serial, operator }, [code = '']) => {
        const machine = await clientOf(context).admit(code, operatorOf(operator), serial ?? null);
        context.output.result<typeof rackMachineSchema>(machine, () => newsOf(machine));
        return undefined;
      }),
    );
  command
    .command('refuse')
    .description('turn a machine away, also one that was admitted')
    .argument('<code>', "code on the machine's screen")
    .addOption(stateOption())
    .addOption(jsonOption(rackMachineSchema))
    .action(
      commandAction(async (context, _options, [code = '']) => {
        const machine = await clientOf(context).refuse(code);
        context.output.result<typeof rackMachineSchema>(machine, () => newsOf(machine));
        return undefined;
      }),
    );
  return command;
}

function clientOf({ stateDirectory }: CommandContext): RackClient {
  requireStateDirectory(stateDirectory);
  return new RackClient(statePaths(stateDirectory, { make: false }).rackSocket);
}
