import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DriverTable } from '../../../core/drivers/driver-table';
import type { OrderLine, WorkOrder } from '../../../core/order/order';
import { checkOrder, type OrderChecked } from '../../../station/jobs/check-order';
import { orderNotices } from '../../../station/jobs/order-notices';
import { trustOfOrder, trustsOf } from '../../../station/jobs/plan-machines';
import { settingsSchema } from '../../../station/state/settings';

const settings = settingsSchema.parse({});
const order = (machines: OrderLine[], more: Partial<WorkOrder> = {}): WorkOrder => ({
  ...{ version: 1, number: 'WO-1', machines },
  ...more,
});
const files = (template: string): OrderChecked['machineFiles'] => ({
  source: 'the test',
  files: [{ path: '\\unattend.xml', kind: 'xml', template, bytes: 4096 }],
});

function findings(checked: Partial<OrderChecked> & Pick<OrderChecked, 'order'>): string[] {
  const found = checkOrder({
    ...{ media: null, mediaSha256: null, driverPacks: null, dates: null, given: undefined },
    ...{ machineFiles: { files: [], source: null }, settings, requireDrivers: false },
    ...checked,
  });
  return found.map(
    ({ code, machineSerial, refused }) => `${refused ? 'refused' : 'warned'} ${code} ${machineSerial ?? '-'}`,
  );
}

describe('an order that is checked without a drive', () => {
  it('has nothing against it where nothing speaks against it', () => {
    const machines = [
      { serial: 'A1', computerName: 'PC-1' },
      { serial: 'B1', computerName: 'PC-2' },
    ];
    expect(findings({ order: order(machines), machineFiles: files('<u>{{computerName}}</u>') })).toEqual([]);
  });

  it('tells every machine without a name, and with one that cannot be used', () => {
    const machineFiles = files('<u>{{computerName}}</u>');
    expect(findings({ order: order([{ serial: 'A1' }, { serial: 'B1' }]), machineFiles })).toEqual([
      'refused machine-file-unfilled A1',
      'refused machine-file-unfilled B1',
    ]);
    const named = order([
      { serial: 'A1', computerName: '123' },
      { serial: 'B1', computerName: '456' },
    ]);
    expect(findings({ order: named, machineFiles })).toEqual([
      'refused computer-name-invalid A1',
      'refused computer-name-invalid B1',
    ]);
  });

  it('tells machines that no pack or several packs are for', () => {
    const driverPacks: DriverTable = [
      { pack: 'one', models: [{ model: 'Latitude 5440' }] },
      { pack: 'two', models: [{ model: 'Latitude 5440' }] },
    ];
    const checked = {
      driverPacks,
      order: order([
        { serial: 'A1', model: 'Latitude 5440' },
        { serial: 'B1', model: 'EliteBook' },
      ]),
    };
    const conflict = 'refused driver-pack-conflict A1';
    expect(findings(checked)).toEqual([conflict, 'warned driver-pack-missing B1']);
    expect(findings({ ...checked, requireDrivers: true })).toEqual([
      conflict,
      'refused driver-pack-missing B1',
    ]);
    expect(findings({ ...checked, driverPacks: null, requireDrivers: true })).toEqual([]);
  });

  it('tells another media file, media that is of no use in time, and machines of which nobody said what they trust', () => {
    const asked = order([{ serial: 'A1' }], { mediaSha256: 'a'.repeat(64), shipBy: '2020-01-01' });
    expect(findings({ order: asked, mediaSha256: 'b'.repeat(64) })).toEqual(['refused order-mismatch -']);
    const dates = {
      ...{ certificateStart: null, certificateEnd: '2019-01-01T00:00:00.000Z', shipBy: null },
      ...{ site: null, managementPoints: [] },
    };
    expect(findings({ order: asked, dates })[0]).toBe('refused media-too-late -');
    const bootLoader = { choice: 'as-is' as const, require: true };
    const strict = { ...settings, bootLoader };
    expect(findings({ order: order([{ serial: 'A1' }]), settings: strict })).toEqual([
      'refused firmware-trust-unknown -',
    ]);
    const said = order([{ serial: 'A1' }], { firmwareTrust: '2023' });
    expect(findings({ order: said, settings: strict })).toEqual([]);
  });

  it('is told of when it is opened: without the drivers, which are known with the media only', () => {
    const folder = mkdtempSync(join(tmpdir(), 'prestage-order-'));
    try {
      writeFileSync(join(folder, 'a.txt'), '{{serial}} {{driverPack}}');
      const machineFiles = join(folder, 'list.yaml');
      writeFileSync(machineFiles, "machineFiles:\n  - { path: '\\a.txt', template: a.txt }\n");
      const paths = { library: join(folder, 'library') };
      const told = (): string[] =>
        orderNotices(order([{ serial: 'A1' }]), paths, { ...settings, machineFiles });
      expect(told()).toEqual([]);
      writeFileSync(join(folder, 'a.txt'), '{{assetTag}}');
      expect(told()).toEqual(['machine A1, \\a.txt: nothing is known for {{assetTag}}']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('what the firmware of a machine trusts', () => {
  const machines: OrderLine[] = [{ serial: 'A1' }, { serial: 'B1', firmwareTrust: '2011' }];
  const whole = order(machines, { firmwareTrust: '2023' });

  it('is what the order says of it, else of all, else what was given, else the settings', () => {
    const sources = { order: whole, given: undefined, settings: { firmwareTrust: 'both' as const } };
    expect(trustsOf(['A1', 'B1', 'C1'], sources)).toEqual(['2023', '2011', '2023']);
    expect(trustsOf(['A1', 'B1'], { ...sources, order: order(machines) })).toEqual(['both', '2011']);
    expect(trustsOf(['A1'], { ...sources, order: null, given: '2011' })).toEqual(['2011']);
    expect(trustsOf(['A1'], { order: null, given: undefined, settings: undefined })).toEqual([undefined]);
    expect(trustOfOrder(whole)).toBeUndefined();
    expect(trustOfOrder(order([{ serial: 'A1' }], { firmwareTrust: 'both' }))).toBe('both');
  });

  it('is not what was given for the batch where the order says something else', () => {
    expect(() => trustsOf(['A1'], { order: whole, given: '2011', settings: undefined })).toThrow(
      /Work order WO-1 says that the firmware of machine A1 trusts only the 2023 certificates, but the batch was given: only the 2011 certificates/,
    );
  });
});
