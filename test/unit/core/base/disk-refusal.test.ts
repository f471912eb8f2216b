import { describe, expect, it } from 'vitest';
import { diskFaultIn, diskFaultOf, diskRefusal } from '../../../../core/base/disk-refusal';
import { toErrorData } from '../../../../core/base/errors';

const place = { what: 'the state folder', path: '/state', holds: 'No drive was touched.' };

describe('a disk that takes no more', () => {
  it.each([
    ['ENOSPC', 'is full'],
    ['SQLITE_FULL', 'is full'],
    ['EDQUOT', 'quota'],
    ['EROFS', 'read-only'],
    ['EFBIG', 'file of this size'],
    ['EIO', 'reported an error'],
  ])('%s is named with its folder and with what still holds', (code, words) => {
    const fault = diskFaultOf(code);
    if (fault === null) throw new Error(`${code} is no fault`);
    const { message, remedy } = diskRefusal(fault, place, null, null);
    expect(message).toContain(words);
    expect(message).toContain('/state');
    expect(remedy).toContain('No drive was touched.');
    expect(remedy).toContain('Then try again.');
  });

  it('says how much is missing', () => {
    const room = { bytes: 1024, files: 5 };
    expect(diskRefusal('full', { ...place, needed: 4096 }, room, null).message).toBe(
      'The disk with the state folder (/state) is full: 4.0 KiB needed, 1.0 KiB free, 3.0 KiB missing.',
    );
    expect(diskRefusal('full', place, { bytes: 1024, files: 0 }, null).message).toContain(
      'no room for another file',
    );
  });

  it('does not ask for space where files are what it has no room for', () => {
    const words = (cause: string, files: number | null): string => {
      const { message, remedy } = diskRefusal('full', place, { bytes: 60 * 1024 * 1024, files }, cause);
      return `${message} ${remedy}`;
    };
    const open = "ENOSPC: no space left on device, open '/state/a'";
    // The files that filled it are gone again by the time it is asked.
    expect(words(open, 3)).toMatch(/has no room for another file\. .* Delete files/);
    expect(words(open, null)).toMatch(/is full: 60\.0 MiB free\. .* Free some space/);
    expect(words('ENOSPC: no space left on device, write', 3)).toMatch(/is full/);
  });

  it('is recognized in what tools print, and nothing else is', () => {
    expect(diskFaultIn('mkntfs: write: No space left on device')).toBe('full');
    expect(diskFaultIn('Disk quota exceeded')).toBe('quota');
    expect(diskFaultIn('Permission denied')).toBeNull();
    expect(diskFaultOf('EACCES')).toBeNull();
    expect(diskFaultOf(null)).toBeNull();
  });

  it('is no bug where nobody foresaw it; what is read, and other errors, stay bugs', () => {
    const thrown = (code: string, syscall: string): Error =>
      Object.assign(new Error(`${code}: x, ${syscall}`), { code, syscall, path: '/a', dest: '/b' });
    const data = toErrorData(thrown('ENOSPC', 'copyfile'));
    expect(data).toMatchObject({ code: 'disk-unwritable', cause: 'ENOSPC: x, copyfile' });
    expect(data.message).toContain('/b');
    expect(toErrorData(thrown('EIO', 'read')).code).toBe('internal');
    expect(toErrorData(thrown('EACCES', 'open')).code).toBe('internal');
  });
});
