import { describe, expect, it } from 'vitest';
import { isSetAside } from '../../../../core/job/short-reasons';
import { driveErrorOf } from '../../../../helper/pipeline/drive-errors';
import { sampleDrive } from '../../core/drive/drives';

const drive = sampleDrive({ bay: 'bay 7' });
const failed = (
  kind: 'source' | 'read' | 'write' | 'write-refused' | 'mismatch' | 'table',
  errno: string | null,
) => driveErrorOf({ type: 'failed', kind, offset: 8192, chunk: 3, errno, detail: 'd' }, drive);

describe('driveErrorOf', () => {
  it.each([
    ['write', 'EIO', 'drive-write-failed'],
    ['write', 'ENOSPC', 'drive-write-failed'],
    ['write', 'ENODEV', 'drive-gone'],
    ['read', 'ENXIO', 'drive-gone'],
    ['read', 'SHORT', 'drive-gone'],
    ['read', 'EIO', 'drive-read-failed'],
    ['mismatch', null, 'verify-mismatch'],
    ['table', null, 'table-mismatch'],
    ['source', 'EIO', 'render-damaged'],
    ['source', null, 'render-damaged'],
  ] as const)('a failed %s with %s is %s', (kind, errno, code) => {
    const error = failed(kind, errno);
    expect(error.code).toBe(code);
    expect(error.message).toContain('bay 7');
    expect(error.message).toContain('8192');
    expect(error.message).toContain('chunk 3');
    expect(error).toMatchObject({ offset: 8192, chunk: 3 });
    expect(error.remedy).not.toBe('');
  });
  it('blames the disk below a virtual drive, and no disk below a real one', () => {
    const virtual = sampleDrive({ bay: 'bay 7', kind: 'virtual', path: '/bench/drive-01.img' });
    const end = {
      type: 'failed',
      kind: 'write',
      offset: 0,
      chunk: null,
      errno: 'ENOSPC',
      detail: 'd',
    } as const;
    expect(driveErrorOf(end, virtual).remedy).toMatch(/not at fault.*\/bench\/drive-01\.img.*is full/);
    const real = sampleDrive({ kind: 'disk' });
    expect(driveErrorOf(end, real).remedy).toContain('Set the drive aside');
    expect(driveErrorOf({ ...end, errno: 'EIO' }, virtual).remedy).toContain('Set the drive aside');
  });
  it('names the drive and bay also when a drive hangs or its thread crashes', () => {
    for (const end of [{ type: 'stalled' }, { type: 'crashed', detail: 'x' }] as const) {
      expect(driveErrorOf(end, drive).message).toContain('bay 7');
    }
  });
});

it('tells a drive that refuses every write from one that fails', () => {
  expect(failed('write-refused', 'EIO')).toMatchObject({
    code: 'drive-write-failed',
    message: expect.stringContaining('can be read, but refuses to be written') as string,
    remedy: expect.stringMatching(/locked by its own encryption.*PSID.*write-protect switch/) as string,
  });
  const real = sampleDrive({ kind: 'disk' });
  const refused = {
    type: 'failed',
    kind: 'write-refused',
    offset: 0,
    chunk: null,
    errno: 'EROFS',
    detail: 'd',
  } as const;
  expect(driveErrorOf(refused, real).remedy).toMatch(/^It is write-protected\./);
  expect(driveErrorOf(refused, drive).remedy).toContain('read-only');
});

it.each([
  ['mismatch', null, true],
  ['read', 'EIO', true],
  ['read', 'SHORT', true],
  ['write', 'EIO', true],
  ['write', 'ENODEV', false],
  ['write-refused', 'EIO', false],
  ['table', null, false],
  ['source', 'EIO', false],
] as const)(
  'a failed %s with %s begins with setting the drive aside only where it is to: %s',
  (kind, errno, aside) => {
    const error = failed(kind, errno);
    expect(isSetAside(error)).toBe(aside);
    expect(error.remedy.startsWith('Set the drive aside')).toBe(aside);
  },
);
