import { Command } from 'commander';
import { macWords } from '../../core/machine/machine-details';
import { thisMachineSchema, type ThisMachine } from '../../core/machine/this-machine';
import { readAsFarAsPermitted } from '../machine/confirm-machine';
import { commandAction, jsonOption } from './command-context';
import { details } from './output';

/** `prestage machine`: what this machine says of itself. */
export function machineCommand(): Command {
  return new Command('machine')
    .description('show serial, asset tag, UUID, MACs and model of this machine, as reported by its firmware')
    .addOption(jsonOption(thisMachineSchema))
    .action(
      commandAction(async ({ helpers, output, signal }) => {
        const { found, refusal } = await readAsFarAsPermitted(helpers, signal);
        if (refusal !== null) {
          output.message(`Only root can read the serial and the UUID. ${refusal.message}`);
        }
        output.result<typeof thisMachineSchema>(found, () => machineText(found));
        return undefined;
      }),
    );
}

const sources: Readonly<Record<ThisMachine['source'], string>> = {
  sysfs: 'the kernel (/sys/class/dmi)',
  dmidecode: 'dmidecode',
  none: 'this machine has no readable SMBIOS',
};

const reasons: Readonly<Record<ThisMachine['refused'][number]['why'], string>> = {
  placeholder: 'a placeholder that was never filled in',
  shared: 'shared by many machines',
  invalid: 'not valid',
  movable: 'a USB adapter, which can move to another machine',
  changed: 'not the original address of the adapter',
};

function machineText({ serial, facts: known, refused, source, needsPrivilege }: ThisMachine): string {
  const hidden = needsPrivilege ? 'hidden: only root can read it' : 'none';
  return details([
    ['serial', serial ?? hidden],
    ['asset tag', known.assetTag ?? 'none'],
    ['UUID', known.uuid ?? hidden],
    ['MAC', known.macs === undefined ? 'none' : macWords(known).join(', ')],
    ['model', known.model ?? 'unknown'],
    ['source', sources[source]],
    ...refused.map(({ what, text, why }): [string, string] => [
      'refused',
      `${what} '${text}': ${reasons[why]}`,
    ]),
  ]);
}
