import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readCsv } from '../../../../core/base/csv';
import type { JobDetails, LedgerRecord } from '../../../../core/ledger/record';
import { shipmentRecordsSchema } from '../../../../core/shipment/shipment';
import { Ledger } from '../../../../station/ledger/ledger';
import { auditBundle } from '../../../../station/shipment/audit-bundle';
import { closeShipment } from '../../../../station/shipment/close-shipment';
import { ship, shipAgain } from '../../../../station/shipment/make-shipment';
import { NotABundle, packZip, unpackZip } from '../../../../station/shipment/zip';
import { statePaths, type StatePaths } from '../../../../station/state/state-paths';
import { present } from '../../../support/present';
import { context, done, sampleJob, started } from '../ledger/samples';

let area: string;
let paths: StatePaths;
let ledger: Ledger;

beforeEach(() => {
  // In memory where there is such a folder: hundreds of entries would each wait for the disk.
  area = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'prestage-test-bundle-'));
  paths = statePaths(join(area, 'state'));
  ledger = Ledger.open(paths);
});
afterEach(() => {
  ledger.close();
  rmSync(area, { recursive: true, force: true });
});

let drives = 0;
function finish(machineSerial: string, changes: Partial<JobDetails> = {}): JobDetails {
  const drive = { ...sampleJob().drive, serial: `D-${(drives += 1)}` };
  const job = sampleJob({ machineSerial, drive, ...changes });
  for (const record of [started(job), done(job)]) ledger.append(record, context);
  return job;
}
async function bundleOf(number: string): Promise<Buffer> {
  const file = join(area, `${number}.zip`);
  await ship({ ledger, paths, file }, number, { by: 'finished' }, context);
  return readFileSync(file);
}
function textOf(zip: Uint8Array, name: string): string {
  return Buffer.from(present(unpackZip(zip).find((file) => file.name === name)).bytes).toString('utf8');
}
function isBelieved(zip: Uint8Array): boolean {
  const trusted = new Set([present(ledger.publicKey).fingerprint]);
  return auditBundle({ zip, trusted, order: null, expectedSha256: null, training: true }).ok;
}

describe('a bundle', () => {
  it('is the same again when the ledger went on, over a kept checkpoint too', async () => {
    finish('AAA1');
    const first = await bundleOf('S-1');
    for (const machine of ['BBB1', 'BBB2']) finish(machine);
    const orderId = '00000001-0000-4000-8000-000000000000';
    const left = { kind: 'order-exception', orderId, reason: 'dead', what: 'left-out' } as const;
    for (let count = 0; count < 280; count += 1) {
      ledger.append({ ...left, machineSerial: `OTHER${count}` }, context);
    }
    for (const machine of ['CCC1', 'CCC2']) finish(machine);
    const file = join(area, 'again.zip');
    await shipAgain({ ledger, paths, file }, 'S-1');
    expect(readFileSync(file).equals(first)).toBe(true);
    expect(isBelieved(first)).toBe(true);
    // And one whose entries lie on both sides of it.
    expect(isBelieved(await bundleOf('S-2'))).toBe(true);
  });

  it('holds the order’s entries, and no other order’s', async () => {
    const [ours, theirs] = ['1', '2'].map((digit) => `0000000${digit}-0000-4000-8000-000000000000`);
    for (const [orderId, number] of [
      [present(ours), 'WO-1'],
      [present(theirs), 'WO-2'],
    ] as const) {
      const opened: LedgerRecord = {
        kind: 'order-opened',
        orderId,
        number,
        orderSha256: 'd'.repeat(64),
        machines: 2,
      };
      ledger.append(opened, context);
    }
    const word = {
      kind: 'order-exception',
      orderId: present(ours),
      machineSerial: 'BBB1',
      reason: 'dead',
    } as const;
    ledger.append({ ...word, what: 'left-out' }, context);
    finish('AAA1', { workOrder: 'WO-1', orderId: present(ours) });
    const zip = await bundleOf('S-1');
    const records = shipmentRecordsSchema.parse(JSON.parse(textOf(zip, 'records.json')));
    expect(records.order.map(({ entry }) => entry.sequence)).toEqual([1, 3]);
    expect(isBelieved(zip)).toBe(true);
  });

  it('guards its manifest against spreadsheets, and keeps leading zeros and quotes', async () => {
    finish('00042', {
      machine: { assetTag: '=1+1', model: '15" "Pro", wide' },
      image: { index: 1, name: '@SUM(A1)' },
      media: { ...sampleJob().media, fileName: '-gold,\u00fc.wim' },
    });
    const table = readCsv(textOf(await bundleOf('S-1'), 'manifest.csv'));
    const [head, row] = table.records.map(({ fields }) => fields);
    const cell = (name: string): string => present(present(row)[present(head).indexOf(name)]);
    expect(table.problems).toEqual([]);
    expect(present(row)).toHaveLength(present(head).length);
    expect(cell('machineSerial')).toBe('00042');
    expect(cell('assetTag')).toBe("'=1+1");
    expect(cell('machineModel')).toBe('15" "Pro", wide');
    expect(cell('imageName')).toBe("'@SUM(A1)");
    expect(cell('mediaFile')).toBe("'-gold,ü.wim");
  });

  it('has the files for import where something is known of the machines', async () => {
    const known = { computerName: 'PC-1', macs: ['05:06:07:08:09:0A'], hardwareHash: 'T0FB' };
    finish('00042', { machine: known });
    finish('BBB1');
    const zip = await bundleOf('S-1');
    expect(textOf(zip, 'configmgr-import.csv')).toBe('PC-1,,05:06:07:08:09:0A\r\n');
    expect(textOf(zip, 'autopilot.csv')).toMatch(/\r\n00042,,T0FB,,\r\n$/);
    expect(textOf(zip, 'README.txt')).toContain('configmgr-import.csv: machine BBB1 has no computer name');
    expect(isBelieved(zip)).toBe(true);
  });
});

it('a shipment is planned anew when its machine is written while it is closed', () => {
  const job = finish('AAA1');
  const other = Ledger.open(paths);
  let meddled = false;
  const meddling: Pick<Ledger, 'append'> = {
    append: (record, appendContext, precondition) => {
      if (!meddled) {
        meddled = true;
        other.append(
          started(sampleJob({ machineSerial: 'BBB1', drive: job.drive, previousDiskGuid: job.diskGuid })),
          context,
        );
      }
      return ledger.append(record, appendContext, precondition);
    },
  };
  const watched = new Proxy(ledger, {
    get: (target, name) => {
      if (name === 'append') return meddling.append;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  const close = (): unknown => closeShipment(watched, 'S-1', { by: 'machines', serials: ['AAA1'] }, context);
  expect(close).toThrow('its drive was written again for machine BBB1');
  expect(ledger.find({ by: 'kind', kind: 'shipment-closed' })).toEqual([]);
  other.close();
});

describe('the ZIP', () => {
  const files = [
    { name: 'shipment.json', bytes: Buffer.from('{}') },
    { name: 'README.txt', bytes: Buffer.alloc(0) },
  ];

  it('is written in one way: no byte of it may ever change, or old bundles could not be checked', () => {
    expect(Buffer.from(packZip(files)).toString('hex')).toBe(
      [
        '504b03041400000000000060210043bfa6a302000000020000000d000000736869706d656e742e6a736f6e7b7d',
        '504b0304140000000000006021000000000000000000000000000a000000524541444d452e747874',
        '504b010214001400000000000060210043bfa6a302000000020000000d0000000000000000000000000000000000',
        '736869706d656e742e6a736f6e',
        '504b01021400140000000000006021000000000000000000000000000a000000000000000000000000002d000000',
        '524541444d452e747874',
        '504b0506000000000200020073000000550000000000',
      ].join(''),
    );
    expect(unpackZip(packZip(files)).map(({ name }) => name)).toEqual(['shipment.json', 'README.txt']);
  });

  it('does not depend on the time zone', () => {
    const before = process.env['TZ'];
    const made = ['UTC', 'Pacific/Auckland', 'America/St_Johns'].map((zone) => {
      process.env['TZ'] = zone;
      return Buffer.from(packZip(files)).toString('hex');
    });
    if (before === undefined) delete process.env['TZ'];
    else process.env['TZ'] = before;
    expect(new Set(made).size).toBe(1);
  });

  it('with a name twice is none', () => {
    const two = packZip([
      { name: 'README.txt', bytes: Buffer.from('a') },
      { name: 'labels.pdf', bytes: Buffer.from('b') },
    ]);
    const twice = Buffer.from(
      Buffer.from(two).toString('latin1').replaceAll('README.txt', 'labels.pdf'),
      'latin1',
    );
    expect(() => unpackZip(twice)).toThrow('It contains labels.pdf twice.');
    expect(() => unpackZip(twice)).toThrow(NotABundle);
  });

  it('whose files lie over each other is none: a small file could fill the memory', () => {
    const large = { name: 'README.txt', bytes: Buffer.alloc(1000, 'a') };
    const zip = Buffer.from(packZip([large, { name: 'labels.pdf', bytes: Buffer.alloc(1000, 'b') }]));
    // The second file's sizes in the central directory: it claims to go on over everything.
    const directory = zip.lastIndexOf('504b0102', undefined, 'hex');
    for (const field of [20, 24]) zip.writeUInt32LE(5000, directory + field);
    expect(() => unpackZip(zip)).toThrow('Its files claim to be larger than the ZIP file.');
  });
});
