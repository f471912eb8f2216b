import { Command } from 'commander';
import { z } from 'zod';
import { macWords } from '../../core/machine/machine-details';
import { thisMachineSchema, type ThisMachine } from '../../core/machine/this-machine';
import { readAsFarAsPermitted } from '../machine/confirm-machine';
import { recordReturn, returnText } from '../orders/returns';
import { commandAction, jsonOption, stateOption } from './command-context';
import { operatorOf, operatorOption } from './operator-option';
import { details } from './output';
import { withStation } from './station-context';

/** `prestage machine`: what this machine says of itself, and replaced computers that come back. */
export function machineCommand(): Command {
  const command = new Command('machine').description('this machine, and computers that come back');
  command
    .command('show', { isDefault: true })
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
  return command.addCommand(returnedCommand());
}

/** What `machine returned --json` prints. */
export const returnedForm = z.strictObject({
  /** ID of the work order that names the pair; null when none does. */
  orderId: z.uuid().nullable(),
  /** Serial of the computer that came back; null when only its name is known. */
  machineSerial: z.string().nullable(),
  /** Its name in the work order; null when none is known. */
  computerName: z.string().nullable(),
  /** Serial of the machine that replaced it; null when no work order says which. */
  replacedBy: z.string().nullable(),
  note: z.string().nullable(),
});

interface ReturnedOptions {
  readonly note?: string;
  readonly replacedBy?: string;
  readonly operator?: string;
}

/** `prestage machine returned`: an old computer is back at the depot. */
function returnedCommand(): Command {
  return new Command('returned')
    .description('record that a computer which a machine of a work order replaced has come back')
    .argument('<serial>', 'serial of the old computer, or its name in the work order')
    .option(
      '--replaced-by <serial>',
      'the machine that took its place, where several work orders name the old computer',
    )
    .option('--note <text>', 'remark to record; needed for a computer that no work order names')
    .addOption(operatorOption())
    .addOption(stateOption())
    .addOption(jsonOption(returnedForm))
    .action(
      commandAction<ReturnedOptions>(async (context, options, [text = '']) => {
        await withStation(context, operatorOf(options.operator), (station) => {
          const request = { text, note: options.note ?? '', replacedBy: options.replacedBy };
          const record = recordReturn(request, station, station.append, station.settings.desk);
          const {
            orderId = null,
            machineSerial: serial,
            computerName = null,
            replacedBy,
            note = null,
          } = record;
          const machineSerial = serial === '' ? null : serial;
          context.output.result<typeof returnedForm>(
            { orderId, machineSerial, computerName, replacedBy, note },
            () => returnText(record),
          );
          return Promise.resolve();
        });
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
  const named = [
    ['maker', known.maker],
    ['system SKU', known.systemSku],
    ['board', known.board],
  ] as const;
  const hidden = needsPrivilege ? 'hidden: only root can read it' : 'none';
  return details([
    ['serial', serial ?? hidden],
    ['asset tag', known.assetTag ?? 'none'],
    ['UUID', known.uuid ?? hidden],
    ['MAC', known.macs === undefined ? 'none' : macWords(known).join(', ')],
    ['model', known.model ?? 'unknown'],
    ...named.flatMap(([name, value]): [string, string][] => (value === undefined ? [] : [[name, value]])),
    ['source', sources[source]],
    ...refused.map(({ what, text, why }): [string, string] => [
      'refused',
      `${what} '${text}': ${reasons[why]}`,
    ]),
  ]);
}
