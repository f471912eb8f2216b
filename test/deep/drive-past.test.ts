import { describe, expect, it } from 'vitest';
import type { PastDrive } from '../../core/ledger/drive-past';
import type { JobDetails, LedgerRecord } from '../../core/ledger/record';
import { Ledger } from '../../station/ledger/ledger';
import { LedgerReader } from '../../station/ledger/ledger-reader';
import { paths, useLedgerFolder } from '../support/ledger-folder';
import { codeThrownBy, tamperWith } from '../support/ledger-tamper';
import { createStatements } from '../../station/ledger/schema';
import { sampleDrive } from '../unit/core/drive/drives';
import { context, done, failed, sampleJob, started } from '../unit/station/ledger/samples';

useLedgerFolder();

const attachment = 'file 254:1:77 born 1763900000000000000';
const drive = (changes: Partial<PastDrive> = {}): PastDrive => sampleDrive({ attachment, ...changes });

/** Ends of the jobs, one after another; returns the numbers of their last entries. */
function append(ledger: Ledger, ...records: readonly LedgerRecord[]): number {
  return records.map((record) => ledger.append(record, context).sequence).at(-1) ?? 0;
}

const shipmentOf = ({ jobId, machineSerial }: JobDetails, sequence: number): LedgerRecord => ({
  kind: 'shipment-closed',
  ...{ shipmentId: '0b7e7c1e-6a7f-4f0e-9a51-3f3d1d0f6a11', number: 'LOT-7', orderNumber: null },
  machines: [{ machineSerial, jobId, sequence }],
});

describe("a drive's past in a ledger", () => {
  it('is nothing while there is no ledger', () => {
    const reader = LedgerReader.openForReading(paths);
    expect(reader.pastOf(drive())).toEqual({ holds: null, lastBad: null, failures: 0 });
    reader.close();
  });

  it('tells image and shipment, follows what is appended, and forgets the image with the next job that touched it', () => {
    const ledger = Ledger.open(paths);
    const first = sampleJob({ machineSerial: 'PC-1', attachment });
    const entry = append(ledger, started(first), done(first));
    const now = drive({ diskGuid: first.diskGuid });
    expect(ledger.pastOf(now).holds).toMatchObject({ machineSerial: 'PC-1', entry, shipped: null });
    append(ledger, shipmentOf(first, entry));
    expect(ledger.pastOf(now).holds?.shipped).toMatchObject({ number: 'LOT-7' });

    const second = sampleJob({ machineSerial: 'PC-2', attachment, previousDiskGuid: first.diskGuid });
    const untouched = { ...failed(second), untouched: true } as LedgerRecord;
    append(ledger, started(second), untouched);
    expect(ledger.pastOf(now)).toMatchObject({
      holds: { machineSerial: 'PC-1' },
      lastBad: { state: 'failed', touched: false },
    });

    const third = sampleJob({ machineSerial: 'PC-3', attachment, previousDiskGuid: first.diskGuid });
    const bad = append(ledger, started(third), failed(third));
    for (const diskGuid of [null, first.diskGuid]) {
      expect(ledger.pastOf(drive({ diskGuid }))).toMatchObject({
        holds: null,
        lastBad: { state: 'failed', entry: bad, reason: 'Write error', touched: true },
        failures: 2,
      });
    }
    ledger.close();
  });

  it('knows a drive by its own serial after it was taken out, and not by that of a dock', () => {
    const ledger = Ledger.open(paths);
    const recorded = { ...sampleJob().drive, kind: 'disk' } as const;
    const { path, serial, wwn, size } = recorded;
    for (const bus of ['sata', 'usb']) {
      const job = sampleJob({ drive: { ...recorded, serial: `${serial}-${bus}`, bus } });
      append(ledger, started(job), failed(job));
      const now = drive({ kind: 'disk', bus, path, serial: `${serial}-${bus}`, wwn, size, attachment: null });
      expect(ledger.pastOf(now).failures).toBe(bus === 'sata' ? 1 : 0);
    }
    ledger.close();
  });

  it('tells a later reading that found the drive wrong', () => {
    const ledger = Ledger.open(paths);
    const first = sampleJob({ machineSerial: 'PC-1', attachment });
    append(ledger, started(first), done(first));
    const reason = { code: 'verify-mismatch', message: 'm', cause: null, remedy: 'r' } as const;
    const { jobId, machineSerial, fingerprint, diskGuid } = first;
    const entry = append(ledger, {
      ...{ kind: 'drive-verified', jobId, machineSerial, drive: first.drive, fingerprint, diskGuid },
      end: { state: 'failed', reason },
    });
    expect(ledger.pastOf(drive({ diskGuid }))).toMatchObject({
      holds: { machineSerial: 'PC-1' },
      lastBad: { entry, reason: 'Read-back failed' },
    });
    ledger.close();
  });

  it('is refused where an entry is not what was signed', () => {
    const ledger = Ledger.open(paths);
    const first = sampleJob({ machineSerial: 'PC-1', attachment });
    append(ledger, started(first), done(first));
    ledger.close();
    // What was found well before is not believed any more when it is another one.
    const reader = LedgerReader.openForReading(paths);
    expect(reader.pastOf(drive({ diskGuid: first.diskGuid })).holds).toMatchObject({ machineSerial: 'PC-1' });
    tamperWith(
      paths.ledgerFile,
      (database) => {
        database.exec(`UPDATE entries SET json = replace(json, 'PC-1', 'PC-9') WHERE sequence = 2`);
      },
      createStatements,
      true,
    );
    expect(codeThrownBy(() => reader.pastOf(drive({ diskGuid: first.diskGuid })))).toBe('ledger-broken');
    reader.close();
  });
});
