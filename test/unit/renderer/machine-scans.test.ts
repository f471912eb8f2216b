import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AppRackMachine } from '../../../core/contract/app-rack';
import { askForLabel, labelAsked } from '../../../renderer/screens/machines/label-store';
import { admitScanned, machineWithCode } from '../../../renderer/screens/machines/machine-scans';
import type { ScanOutcome } from '../../../core/scan/scan-outcome';
import { appStore } from '../../../renderer/store/app-store';
import { en } from '../../../renderer/text';
import { emptyState } from '../../support/app-samples';

/** What is scanned on Machines. */

const machine = (id: string, code: string, more: Partial<AppRackMachine> = {}): AppRackMachine => ({
  ...{ id: id.repeat(12), code, serial: `M${id}`, model: null, state: 'waiting', problem: null },
  ...{ connected: true, address: '10.0.0.7', how: null, disks: null, station: null },
  ...more,
});
const machines = [
  machine('1', '7K39QF'),
  machine('2', 'ABC234', { serial: null }),
  machine('3', 'XYZ999', { state: 'admitted' }),
  machine('4', 'REF345', { state: 'refused' }),
];

const call = vi.fn((_method: string, request: unknown): Promise<unknown> => {
  const { serial } = request as { readonly serial: string | null };
  if (serial !== 'DOUBLE1') return Promise.resolve({ ok: true, value: {} });
  const error = { code: 'rack-double', message: 'There are two.', cause: null, remedy: '' };
  return Promise.resolve({ ok: false, error });
});

const admitted = async (text: string): Promise<ScanOutcome> => (await admitScanned(text)).outcome;

beforeEach(() => {
  call.mockClear();
  vi.stubGlobal('window', { prestage: { call } });
  appStore.setState({ state: { ...emptyState, rack: { ...emptyState.rack, machines } } });
});
afterEach(() => {
  vi.unstubAllGlobals();
  askForLabel(null);
  appStore.setState({ state: null });
});

describe('a scan on Machines', () => {
  it.each(['7K39QF', '7k3 9qf', '7K3-9QF', ' 7k3 9qf '])(
    'admits the machine that shows the code %s',
    async (text) => {
      expect(await admitted(text)).toMatchObject({ effect: 'machine-admitted', machineSerial: 'M1' });
      expect(call.mock.calls).toEqual([['admitMachine', { code: '7K39QF', serial: null }]]);
    },
  );

  it('calls a station by its name: it is no machine', async () => {
    const station = machine('6', 'STA234', { serial: null, station: 'Depot 3' });
    appStore.setState({ state: { ...emptyState, rack: { ...emptyState.rack, machines: [station] } } });
    const { outcome } = await admitScanned('STA234');
    expect(outcome).toMatchObject({ effect: 'machine-admitted', machineSerial: null, text: 'Depot 3' });
    if (outcome.result !== 'accepted') throw new Error('refused');
    expect(en.bench.accepted(outcome)).toBe('Station Depot 3 is admitted');
  });

  it('admits one that was turned away, by its code, and none that is in the rack', async () => {
    expect(machineWithCode('REF345', machines)?.serial).toBe('M4');
    expect(await admitted('XYZ999')).toMatchObject({ result: 'refused', reason: 'machine-not-asking' });
    // Two with one code are none: nobody can say which was compared.
    expect(machineWithCode('7K39QF', [...machines, machine('5', '7K39QF')])).toBeNull();
    expect(call).not.toHaveBeenCalled();
  });

  it('takes a label for the machine whose field was pressed, and for no other', async () => {
    expect(await admitted('5CD1234XY1')).toMatchObject({ reason: 'machine-not-asking' });
    askForLabel('2'.repeat(12));
    expect(await admitted('5CD1234XY1')).toMatchObject({ machineSerial: '5CD1234XY1' });
    expect(call.mock.calls).toEqual([['admitMachine', { code: 'ABC234', serial: '5CD1234XY1' }]]);
    // It was asked for once.
    expect(labelAsked()).toBeNull();
    expect(await admitted('5CD1234XY2')).toMatchObject({ reason: 'machine-not-asking' });
    askForLabel('2'.repeat(12));
    expect(await admitted('DOUBLE1')).toMatchObject({
      ...{ reason: 'admission-refused', detail: 'There are two.' },
    });
    expect(labelAsked()).toBe('2'.repeat(12));
  });

  it('takes no label for a machine that was turned away while its label was asked for', async () => {
    askForLabel('4'.repeat(12));
    expect(await admitted('5CD1234XY1')).toMatchObject({ reason: 'machine-not-asking' });
    expect(call).not.toHaveBeenCalled();
  });

  it('asks for the label, on Machines, where the code is of a machine without a serial', async () => {
    expect(await admitScanned('ABC234')).toMatchObject({
      ...{ outcome: { result: 'refused', reason: 'label-asked' }, screen: 'machines' },
    });
    expect(call).not.toHaveBeenCalled();
    expect(labelAsked()).toBe('2'.repeat(12));
    expect(await admitted('5CD1234XY1')).toMatchObject({ machineSerial: '5CD1234XY1' });
  });

  it('takes letters for the digits that they are taken for, as everywhere', () => {
    const [one = machine('1', '')] = machines;
    expect(machineWithCode('7koi39', [{ ...one, code: '7K0139' }])?.serial).toBe('M1');
  });

  it('admits a station that asks, which needs no serial', async () => {
    const station = machine('6', 'STA234', { serial: null, station: 'Line 3' });
    appStore.setState({ state: { ...emptyState, rack: { ...emptyState.rack, machines: [station] } } });
    expect(await admitted('STA234')).toMatchObject({ effect: 'machine-admitted' });
  });
});
