import type { AppRackMachine } from '../../../core/contract/app-rack';
import type { ScanOutcome } from '../../../core/scan/scan-outcome';
import { errorOf } from '../../actions';
import { call } from '../../bridge';
import { appState } from '../../store/app-store';
import { labelAsked } from './label-store';

/** What a scan does on the Machines screen: a code admits the machine that shows it, a label the machine that asks for one. */

/** A code as it is compared: without blanks and hyphens, in capitals. */
function foldCode(text: string): string {
  return text.toUpperCase().replace(/[^0-9A-Z]/g, '');
}

/** The machine that asks and shows this code; null: none does, or two. */
export function machineWithCode(text: string, machines: readonly AppRackMachine[]): AppRackMachine | null {
  const code = foldCode(text);
  const [found, ...others] = machines.filter(
    (machine) => machine.state !== 'admitted' && foldCode(machine.code) === code,
  );
  return found === undefined || others.length > 0 ? null : found;
}

/** Admits what a scan means. @returns what came of it */
export async function admitScanned(text: string): Promise<ScanOutcome> {
  const { machines } = appState().rack;
  const shown = machineWithCode(text, machines);
  const asked = machines.find(({ id, state }) => id === labelAsked() && state !== 'admitted');
  // A code is what a machine shows; anything else is a label.
  const machine = shown ?? asked;
  if (machine === undefined) return refused('machine-not-asking', null);
  const serial = shown === null ? text : null;
  try {
    await call('admitMachine', { code: machine.code, serial });
    return {
      ...{ result: 'accepted', kind: 'machine', effect: 'machine-admitted', bay: null },
      machineSerial: serial ?? machine.serial,
      ...(machine.station === null ? {} : { text: machine.station }),
    };
  } catch (thrown) {
    return refused('admission-refused', errorOf(thrown).message);
  }
}

function refused(reason: 'machine-not-asking' | 'admission-refused', detail: string | null): ScanOutcome {
  return { result: 'refused', kind: 'machine', reason, expected: 'machine', detail };
}
