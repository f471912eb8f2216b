import { describe, expect, it } from 'vitest';
import { errorData } from '../../../../core/base/errors';
import { isSetAside, shortReason } from '../../../../core/job/short-reasons';

describe('the short reason of a failure', () => {
  it('is a whole phrase, whatever the message says', () => {
    expect(shortReason({ code: 'verify-mismatch' })).toBe('Read-back failed');
    expect(shortReason({ code: 'fleet-refused' })).toBe('Job failed');
  });
});

describe('a failed drive', () => {
  const failed = (code: Parameters<typeof errorData>[0]['code'], remedy?: string): boolean =>
    isSetAside(errorData({ code, message: 'm', ...(remedy === undefined ? {} : { remedy }) }));

  it('is set aside when it gave back other data, could not be read or written, or stopped responding', () => {
    for (const code of [
      'verify-mismatch',
      'drive-read-failed',
      'drive-write-failed',
      'drive-stalled',
    ] as const) {
      expect(failed(code)).toBe(true);
    }
  });

  it('is not where something else is to blame: its seat, its write protection, this computer', () => {
    expect(failed('drive-write-failed', 'Move its write-protect switch.')).toBe(false);
    for (const code of [
      'drive-gone',
      'render-damaged',
      'helper-died',
      'ledger-unavailable',
      'internal',
    ] as const) {
      expect(failed(code)).toBe(false);
    }
  });
});
