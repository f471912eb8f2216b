import { describe, expect, it } from 'vitest';
import { csvCell, csvLine } from '../../../../station/ledger/csv-line';
import { csvColumns } from '../../../../station/ledger/export';

describe('a CSV cell', () => {
  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '=cmd|calc'])('guards %j', (text) => {
    expect(csvCell(text)).toBe(`'${text}`);
  });

  it('guards and quotes what starts with a line end', () => {
    expect(csvCell('\rx')).toBe(`"'\rx"`);
    expect(csvCell('\nx')).toBe(`"'\nx"`);
  });

  it.each(['0042', '00000', 'A-1', 'a=b', '1.50', ' x', ''])('leaves %j alone', (text) => {
    expect(csvCell(text)).toBe(text);
  });

  it('quotes commas, quotes and line ends', () => {
    expect(csvCell('a,b')).toBe('"a,b"');
    expect(csvCell('say "no"')).toBe('"say ""no"""');
    expect(csvCell('a\r\nb')).toBe('"a\r\nb"');
    expect(csvCell('=HYPERLINK("x","y")')).toBe(`"'=HYPERLINK(""x"",""y"")"`);
  });

  it('writes numbers as they are and nothing for null', () => {
    expect(csvLine([1, 0.25, null, -1])).toBe('1,0.25,,-1\r\n');
  });
});

it('has the columns that the enterprise was told', () => {
  expect(csvColumns.join(',')).toBe(
    'sequence,time,machineSerial,result,reason,driveSerial,driveWwn,driveModel,driveBytes,mediaFile,mediaSha256,imageIndex,imageName,layout,fingerprint,bytesWritten,bytesVerified,writeSeconds,verifySeconds,startedAt,operator,station,batchId,jobId,entryHash,health,reallocated,pending,uncorrectable,mediaErrors,percentageUsed,availableSpare,powerOnHours,temperature,crcErrors,driveNotes,machineFiles,eraseMethod,eraseLevel,eraseOutcome,loader,firmwareTrust,eraseHidden,atEnd',
  );
});
