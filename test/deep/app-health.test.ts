import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { MiB } from '../../core/base/units';
import { TestApp } from '../support/app-service';
import { hasNoTable } from '../support/drive-check';
import { removeArea, temporaryArea } from '../support/global-setup';
import { isRoot } from '../support/loop';
import { helperPresenting } from '../support/presenting';
import { present } from '../support/present';
import { makeBench } from '../support/virtual-bench';

/** The app asks drives for their health, blocks what fails, and checks a drive's real size. */

let area: string;
let app: TestApp;
const recorded = (name: string): string =>
  join(import.meta.dirname, '../fixtures/recorded/smartctl', `${name}.json`);

beforeAll(() => {
  area = temporaryArea('app-health');
});
afterEach(async () => {
  await app.service.close();
});
afterAll(() => {
  removeArea(area);
});

describe.skipIf(!isRoot)('a drive that is attached', () => {
  it('is asked without being told to, blocked by its health, and free again by other rules', async () => {
    const bench = join(area, 'asked');
    await makeBench(bench, 1, '64M');
    const helper = helperPresenting({ kind: 'disk', bus: 'sata' }, [recorded('hitachi-usb-jmicron-failing')]);
    app = await TestApp.open(join(area, 'asked-state'), bench, helper);
    const { drives, healths } = await app.until(
      (state) => state.drives.drives[0]?.verdict === 'blocked' && state.healths.length === 1,
      'a drive that is blocked by its health',
    );
    const drive = present(drives.drives[0]);
    expect(drive.reasons).toEqual([expect.objectContaining({ code: 'health' })]);
    expect(healths).toMatchObject([{ driveId: drive.id, health: { known: true, pending: 8 } }]);
    await expect(app.handlers.pair({ machineSerial: 'HEALTHAPP1', driveId: drive.id })).rejects.toThrow(
      /health/,
    );
    await expect(app.handlers.checkSize({ driveId: drive.id })).rejects.toThrow(/health/);

    await app.handlers.changeSettings({ health: { rules: [], checkSize: false } });
    await app.until((state) => state.drives.drives[0]?.verdict === 'eligible', 'a drive that no rule blocks');
  });

  it('is checked for its size when it is free, recorded, and left without a table', async () => {
    const bench = join(area, 'size');
    await makeBench(bench, 1, '64M');
    app = await TestApp.open(join(area, 'size-state'), bench);
    const { drives } = await app.until((state) => state.drives.drives.length === 1, 'a drive');
    const drive = present(drives.drives[0]);
    await app.handlers.checkSize({ driveId: drive.id });
    const { sizeChecks } = await app.until(
      (state) => state.sizeChecks.some(({ status }) => status === 'ended'),
      'a size check that has ended',
    );
    expect(sizeChecks).toMatchObject([
      { driveId: drive.id, check: { verdict: { what: 'whole' }, bytes: 64 * MiB }, ledgerEntry: 2 },
    ]);
    expect(hasNoTable(drive.path, 64 * MiB)).toBe(true);
    const { entry } = await app.handlers.getLogEntry({ sequence: 2 });
    expect(entry.record).toMatchObject({ kind: 'size-checked', end: { state: 'done' } });
    const page = await app.handlers.queryLog({
      ...{ text: '', kind: null, result: 'size-checked', from: null, to: null, offset: 0, limit: 10 },
    });
    expect(page.rows).toMatchObject([{ sequence: 2, kind: 'check', machineSerial: null }]);
  });
});

describe('a drive that is erased for no machine', () => {
  it('is erased as it was shown, by whoever works, and by nobody else in the meantime', async () => {
    const bench = join(area, 'erase');
    await makeBench(bench, 2, '64M');
    app = await TestApp.open(join(area, 'erase-state'), bench);
    const { drives, erasePlans } = await app.until(
      (state) => state.drives.drives.length === 2 && state.erasePlans.length === 2,
      'drives and how they can be erased',
    );
    expect(erasePlans[0]?.plan).toMatchObject({ can: true, method: 'overwrite', nist: 'clear' });
    const [first, second] = [present(drives.drives[0]), present(drives.drives[1])];
    const shown = { method: 'overwrite', nist: 'clear' } as const;
    const wish = ({ id: driveId, attachment }: typeof first) => ({ driveId, attachment, shown });
    const both = { drives: [wish(first), wish(second)], reason: null };
    await expect(app.handlers.eraseDrives(both)).rejects.toThrow(/No operator is set/);
    await app.handlers.setBatch({ operator: 'Mia' });
    const moved = { ...wish(second), attachment: 'device 8:0 sequence 9' };
    await expect(app.handlers.eraseDrives({ drives: [wish(first), moved], reason: null })).rejects.toThrow(
      /removed or replaced/,
    );
    const purged = { ...wish(first), shown: { method: 'nvme-sanitize-block', nist: 'purge' } as const };
    await app.handlers.eraseDrives({ drives: [purged], reason: null });
    const refused = await app.until(
      ({ erasures }) => erasures[0]?.status === 'failed',
      'an erase that is not as it was shown',
    );
    expect(refused.erasures).toMatchObject([{ error: { code: 'sanitise-changed' } }]);

    await app.handlers.eraseDrives(both);
    await expect(app.handlers.eraseDrives(both)).rejects.toThrow(/erased/);
    await expect(app.handlers.pair({ machineSerial: 'ERASEAPP1', driveId: first.id })).rejects.toThrow();
    const { erasures } = await app.until(
      (state) => state.erasures.filter(({ status }) => status === 'ended').length === 2,
      'two drives that are erased',
    );
    expect(erasures).toMatchObject([
      { sanitised: { outcome: 'erased', nist: 'clear', bytesReadBack: 64 * MiB } },
      { sanitised: { outcome: 'erased' } },
    ]);
    const page = await app.handlers.queryLog({
      ...{ text: '', kind: null, result: 'erased', from: null, to: null, offset: 0, limit: 10 },
    });
    expect(page.rows.map(({ operator, machineSerial }) => [operator, machineSerial])).toEqual([
      ['Mia', null],
      ['Mia', null],
    ]);
    await app.until(({ pasts }) => pasts.some(({ past }) => past.care?.result === 'erased'), 'its past');
    await app.handlers.dismissErase({ driveId: first.id });
    await app.until(({ erasures: now }) => now.length === 1, 'a card that is cleared');

    // What the settings demand and no drive here can is refused before anything starts.
    await app.handlers.changeSettings({ sanitise: true, sanitiseLevel: 'purge' });
    await app.until(({ erasePlans: plans }) => plans[0]?.plan.can === false, 'a drive that cannot');
  });
});
