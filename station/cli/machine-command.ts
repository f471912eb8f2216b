import { Command } from 'commander';
import { thisMachineSchema, type ThisMachine } from '../../core/machine/this-machine';
import { readAsFarAsPermitted } from '../machine/confirm-machine';
import { commandAction, jsonOption } from './command-context';
import { facts } from './output';

/** `prestage machine`: what this machine says of itself. */
export function machineCommand(): Command {
  return new Command('machine')
    .description(
      'show serial, asset tag, UUID, MAC addresses and model of this machine, as its firmware gives them',
    )
    .addOption(jsonOption(thisMachineSchema))
    .action(
      commandAction(async ({ engines, output, signal }) => {
        const { found, refusal } = await readAsFarAsPermitted(engines, signal);
        if (refusal !== null) output.message(`Serial and UUID are for root alone. ${refusal.message}`);
        output.result<typeof thisMachineSchema>(found, () => machineText(found));
        return undefined;
      }),
    );
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
