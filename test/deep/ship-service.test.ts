import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { appMethods } from '../../core/contract/app';
import type { LedgerRecord } from '../../core/ledger/record';
import { Ledger } from '../../station/ledger/ledger';
import { auditBundle } from '../../station/shipment/audit-bundle';
import { unpackZip } from '../../station/shipment/zip';
import { statePaths } from '../../station/state/state-paths';
import { makeBench } from '../support/virtual-bench';
import { runHere } from '../support/command-line';
import { removeArea, temporaryArea } from '../support/global-setup';
import { present } from '../support/present';
import { TestApp } from '../support/app-service';
import { context, done, sampleJob, started, foundWrong } from '../unit/station/ledger/samples';

/** The Ship screen's side of the station: the same shipments as on the command line, in a thread. */

let area: string;
let state: string;
let app: TestApp;

function append(...records: LedgerRecord[]): void {
  const ledger = Ledger.open(statePaths(state));
  for (const record of records) ledger.append(record, context);
  ledger.close();
}
function finished(machineSerial: string): LedgerRecord[] {
  const drive = { ...sampleJob().drive, serial: `D-${machineSerial}` };
  const job = sampleJob({
    machineSerial,
    drive,
    workOrder: 'WO-1',
    machine: { computerName: `PC-${machineSerial}` },
  });
  return [started(job), done(job)];
}

beforeAll(async () => {
  area = temporaryArea('ship-app');
  state = join(area, 'state');
  append(...finished('AAA1'), ...finished('BBB1'), ...foundWrong('CCC1'));
  await makeBench(join(area, 'bench'), 1);
  app = await TestApp.open(state, join(area, 'bench'));
});
afterAll(async () => {
  await app.service.close();
  removeArea(area);
});

it('lists what waits, what is held, and after closing what was shipped; the bundle is the command line’s', async () => {
  const list = async (): Promise<ReturnType<typeof appMethods.listShipments.response.parse>> =>
    appMethods.listShipments.response.parse(await app.handlers.listShipments({}));
  const before = await list();
  expect(before.waiting.map(({ machineSerial }) => machineSerial)).toEqual(['BBB1', 'AAA1']);
  expect(before.waiting[0]).toMatchObject({ computerName: 'PC-BBB1', orderNumber: 'WO-1', rehearsed: null });
  expect(before.held).toEqual([
    {
      machineSerial: 'CCC1',
      reason: 'Machine CCC1 failed when its drive was read again: Other data.',
    },
  ]);
  expect(before.shipments).toEqual([]);

  const file = join(area, 'app.zip');
  const report = await app.service.shipments.close('LS-1', ['AAA1'], { file, replace: false });
  expect(report).toMatchObject({ number: 'LS-1', file, machines: 1, withdrawn: [], doubts: [] });
  expect(app.service.shipments.fileOf('LS-1')).toBe(file);
  const after = await list();
  expect(after.waiting.map(({ machineSerial }) => machineSerial)).toEqual(['BBB1']);
  expect(after.shipments).toMatchObject([{ number: 'LS-1', orderNumber: 'WO-1', machines: 1 }]);

  const zip = readFileSync(file);
  const files = unpackZip(zip);
  for (const name of ['packing-list.pdf', 'labels.pdf']) {
    const inside = Buffer.from(present(files.find((one) => one.name === name)).bytes);
    expect(readFileSync(join(area, `app-${name}`)).equals(inside)).toBe(true);
  }
  const again = join(area, 'command-line.zip');
  const run = await runHere(['ship', '--again', 'LS-1', '--state', state, '--output', again]);
  expect(run.status, run.stderr).toBe(0);
  expect(readFileSync(again).equals(zip)).toBe(true);
  const key = readFileSync(join(state, 'station-key.pub.pem'), 'utf8');
  expect(
    Buffer.from(present(files.find(({ name }) => name === 'station-key.pub.pem')).bytes).toString(),
  ).toBe(key);
  const trusted = new Set([present(/[0-9a-f]{64}/.exec(run.stdout.split('station key')[1] ?? ''))[0]]);
  const asked = { zip, trusted, order: null, expectedSha256: null };
  expect(auditBundle({ ...asked, training: true }).doubts).toEqual([]);
  // The drives of these tests are virtual, and an auditor who was not told so doubts them.
  expect(auditBundle(asked).doubts.map(({ code }) => code)).toEqual(['training-drive']);
});

it('says why a shipment is refused, and records nothing', async () => {
  const close = app.service.shipments.close('LS-2', ['CCC1'], {
    ...{ file: join(area, 'refused.zip'), replace: false },
  });
  await expect(close).rejects.toMatchObject({ data: { code: 'shipment-refused' } });
  const list = await app.handlers.listShipments({});
  expect(list.shipments.map(({ number }) => number)).not.toContain('LS-2');
});

it('makes a bundle again over the file that the dialog has asked about', async () => {
  const file = join(area, 'app.zip');
  const before = readFileSync(file);
  await expect(app.service.shipments.again('LS-1', { file, replace: false })).rejects.toMatchObject({
    data: { code: 'usage', message: expect.stringContaining('already exists') as string },
  });
  const report = await app.service.shipments.again('LS-1', { file, replace: true });
  expect(report.machines).toBe(1);
  expect(readFileSync(file).equals(before)).toBe(true);
});

it('tells what is printed for a shipment, as the papers in its bundle say it', async () => {
  const papers = await app.handlers.getShipmentPapers({ number: 'LS-1' });
  expect(papers).toMatchObject({
    ...{ number: 'LS-1', orderNumber: 'WO-1' },
    machines: [{ machineSerial: 'AAA1', computerName: 'PC-AAA1', assetTag: null }],
  });
  expect(papers.machines[0]?.code).toMatch(/^prestage:1:LS-1:AAA1:[0-9a-f]{64}$/);
  await expect(app.handlers.getShipmentPapers({ number: 'LS-9' })).rejects.toMatchObject({
    code: 'record-not-found',
  });
});
