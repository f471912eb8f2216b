import { describe, expect, it } from 'vitest';
import { exportCsv, exportJson } from '../../station/ledger/export';
import { exportPieces } from '../../station/ledger/export-file';
import { Ledger } from '../../station/ledger/ledger';
import { LedgerReader } from '../../station/ledger/ledger-reader';
import { context, done, sampleJob } from '../unit/station/ledger/samples';
import { entries, paths, tamper, useCheckpointedLedger } from '../support/checkpointed-ledger';
import { codeThrownBy } from '../support/ledger-tamper';

useCheckpointedLedger();

describe('an export', () => {
  it('is the same whether or not it is compared with what was verified', () => {
    const ledger = LedgerReader.openForReading(paths);
    expect([...exportPieces(ledger, 'json')].join('')).toBe([...exportJson(ledger)].join(''));
    expect([...exportPieces(ledger, 'csv')].join('')).toBe([...exportCsv(ledger)].join(''));
    ledger.close();
  });

  it.each([
    ['json', "UPDATE entries SET signature = 'AAAA' WHERE sequence = 900"],
    ['csv', "UPDATE entries SET json = replace(json, 'Samsung', 'Somsung') WHERE sequence = 900"],
    ['csv', 'DELETE FROM entries WHERE sequence > 1000'],
  ] as const)('stops when the ledger is changed meanwhile (%s, %s)', (format, sql) => {
    const ledger = LedgerReader.openForReading(paths);
    const pieces = exportPieces(ledger, format)[Symbol.iterator]();
    pieces.next();
    tamper((database) => {
      database.exec(sql);
    });
    expect(
      codeThrownBy(() => {
        while (pieces.next().done !== true);
      }),
    ).toBe('ledger-broken');
    ledger.close();
  });

  it('leaves out what was appended meanwhile', () => {
    const ledger = LedgerReader.openForReading(paths);
    const pieces = exportPieces(ledger, 'json');
    const writer = Ledger.open(paths);
    writer.append(done(sampleJob()), context);
    writer.close();
    const document = JSON.parse([...pieces].join('')) as { entries: unknown[] };
    expect(document.entries.length).toBe(entries);
    ledger.close();
  });
});
