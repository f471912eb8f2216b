import { Command } from 'commander';
import { PrestageError } from '../../core/errors';
import type { ThisMachine } from '../../core/this-machine';
import { readThisMachine } from '../this-machine';
import { commandAction, jsonOption, type CommandContext } from './context';
import { facts } from './output';

/** `prestage machine`: what this machine says of itself. */
export function machineCommand(): Command {
  return new Command('machine')
    .description('show serial, asset tag, UUID, MACs and model of this machine, as its firmware has them')
    .addOption(jsonOption())
    .action(
      commandAction(async (context) => {
        const found = await readAsFarAsPermitted(context);
        context.output.result({ ...found }, () => machineText(found));
        return undefined;
      }),
    );
}

/** Without privilege the rest is still worth showing; what is hidden is said. */
async function readAsFarAsPermitted({ engines, output, signal }: CommandContext): Promise<ThisMachine> {
  try {
    return await readThisMachine(engines, signal);
  } catch (error) {
    if (!(error instanceof PrestageError) || !error.code.startsWith('privilege-')) throw error;
    output.message(`Serial and UUID are for root alone: ${error.message}`);
    return await (await engines.plain()).call('readMachine', {}, { signal });
  }
}

const sources: Readonly<Record<ThisMachine['source'], string>> = {
  sysfs: 'the kernel (/sys/class/dmi)',
  dmidecode: 'dmidecode',
  none: 'this machine has no SMBIOS that can be read',
};

const reasons: Readonly<Record<ThisMachine['refused'][number]['why'], string>> = {
  placeholder: 'nobody filled it',
  shared: 'many machines have it',
  invalid: 'it is none',
  movable: 'a USB adapter, which goes from machine to machine',
  changed: 'not the address it was made with',
};

function machineText({ serial, facts: known, refused, source, needsPrivilege }: ThisMachine): string {
  const hidden = needsPrivilege ? 'hidden: only root may read it' : 'none';
  return facts([
    ['serial', serial ?? hidden],
    ['asset tag', known.assetTag ?? 'none'],
    ['UUID', known.uuid ?? hidden],
    ['MAC', known.macs?.join(', ') ?? 'none'],
    ['model', known.model ?? 'unknown'],
    ['from', sources[source]],
    ...refused.map(({ what, text, why }): [string, string] => [
      'refused',
      `${what} '${text}': ${reasons[why]}`,
    ]),
  ]);
}
