import { describe, expect, it } from 'vitest';
import { mediaFileError } from '../../../../helper/media/wim-file';
import { wimlibSourceArguments } from '../../../../helper/media/wim-source';
import { PrestageError } from '../../../../core/base/errors';

describe('wimlibSourceArguments', () => {
  it('has no references for one file', () => {
    expect(wimlibSourceArguments({ files: ['/m/a.wim'] })).toEqual({ file: '/m/a.wim', refs: [] });
  });

  it('takes the special meaning from characters of a pattern', () => {
    expect(wimlibSourceArguments({ files: ['/m/a[1].swm', '/m/a[1]*?\\2.swm'] })).toEqual({
      file: '/m/a[1].swm',
      refs: ['--ref=/m/a\\[1\\]\\*\\?\\\\2.swm'],
    });
  });

  it('wants a file', () => {
    expect(() => wimlibSourceArguments({ files: [] })).toThrow();
  });
});

describe('mediaFileError', () => {
  it.each([
    ['ENOENT', 'media-not-found'],
    ['ENOTDIR', 'media-not-found'],
    ['EACCES', 'media-unreadable'],
    ['EPERM', 'media-unreadable'],
    ['EIO', 'media-unreadable'],
    ['ESTALE', 'media-unreadable'],
  ])('turns %s into %s', (errno, code) => {
    const error = mediaFileError(Object.assign(new Error(`${errno}: words`), { code: errno }), '/m/a.wim');
    expect(error).toBeInstanceOf(PrestageError);
    expect(error).toMatchObject({ data: { code, cause: `${errno}: words` } });
  });

  it('leaves bugs alone', () => {
    const bug = new TypeError('a bug');
    expect(mediaFileError(bug, '/m')).toBe(bug);
    const nodes = Object.assign(new Error('x'), { code: 'ERR_OUT_OF_RANGE' });
    expect(mediaFileError(nodes, '/m')).toBe(nodes);
  });
});
