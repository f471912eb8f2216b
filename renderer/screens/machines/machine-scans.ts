import type { AppRackMachine } from '../../../core/contract/app-rack';
import { readCode } from '../../../core/machine/admission-code';
import type { ScanOutcome } from '../../../core/scan/scan-outcome';
import { errorOf } from '../../actions';
import { call } from '../../bridge';
import { appState } from '../../store/app-store';
import { askForLabel, labelAsked } from './label-store';

/** What a scan admits: a code the machine that shows it, on any screen; a label, on Machines, the machine that asks for one. */

/** The machine that asks and shows this code; null: none does, or two. */
export function machineWithCode(text: string, machines: readonly AppRackMachine[]): AppRackMachine | null {
  const code = readCode(text);
  const [found, ...others] = machines.filter(
    (machine) => machine.state !== 'admitted' && code !== null && readCode(machine.code) === code,
  );
  return found === undefined || others.length > 0 ? null : found;
}

/** What came of a scan, and on which screen that is said; null: where it was scanned. */
export interface Admitted {
  readonly outcome: ScanOutcome;
  readonly screen: 'machines' | null;
}

/** Admits what a scan means. */
export async function admitScanned(text: string): Promise<Admitted> {
  const { machines } = appState().rack;
  const shown = machineWithCode(text, machines);
  // One that was turned away since, or is in the rack, asks for nothing.
  const asked = machines.find(({ id, state }) => id === labelAsked() && state === 'waiting');
  // A code is what a machine shows; anything else is a label.
  const machine = shown ?? asked;
  if (machine === undefined) return said(refused('machine-not-asking', null));
  const serial = shown === null ? text : null;
  // A station has no drives, and needs no serial.
  const needsLabel = machine.state === 'waiting' && machine.serial === null && machine.station === null;
  if (serial === null && needsLabel) {
    askForLabel(machine.id);
    return { outcome: refused('label-asked', null), screen: 'machines' };
  }
  try {
    await call('admitMachine', { code: machine.code, serial });
    if (labelAsked() === machine.id) askForLabel(null);
    return said({
      ...{ result: 'accepted', kind: 'machine', effect: 'machine-admitted', bay: null },
      machineSerial: serial ?? machine.serial,
      ...(machine.station === null ? {} : { text: machine.station }),
    });
  } catch (thrown) {
    return said(refused('admission-refused', errorOf(thrown).message));
  }
}

function said(outcome: ScanOutcome): Admitted {
  return { outcome, screen: null };
}

function refused(
  reason: 'machine-not-asking' | 'label-asked' | 'admission-refused',
  detail: string | null,
): ScanOutcome {
  return { result: 'refused', kind: 'machine', reason, expected: 'machine', detail };
}
