import { expect, it } from 'vitest';
import { errorData } from '../../../../core/base/errors';
import type { JobEnd } from '../../../../core/job/job';
import type { Helpers } from '../../../../station/helper-client/helpers';
import { nameLostDisk } from '../../../../station/live/require-ready';
import { someDrive } from '../../../support/app-samples';

const failed = (code: 'render-damaged' | 'drive-write-failed'): JobEnd => ({
  ...{ state: 'failed', bytesWritten: 512 },
  reason: errorData({ code, message: 'It failed.', cause: 'EIO' }),
});
const helpersOf = (open: boolean | null): Helpers => {
  const imageDisk =
    open === null ? null : { model: 'Portable SSD T7', serial: 'S5TANS0R123456', size: 0, open };
  const client = { call: () => Promise.resolve({ live: { imageDisk } }) };
  return { plain: () => Promise.resolve(client) } as unknown as Helpers;
};

it('a job whose disk image lay on a disk that was pulled names that disk, and no other job does', async () => {
  const end = await nameLostDisk(failed('render-damaged'), someDrive(3), helpersOf(false));
  expect(end).toMatchObject({
    ...{ state: 'failed', bytesWritten: 512 },
    reason: { code: 'live-image-disk-missing', cause: 'It failed. EIO' },
  });
  expect(JSON.stringify(end)).toContain(
    '(Portable SSD T7, S5TANS0R123456) was gone while the drive S6PXNM0T402903K (bay 3)',
  );
  for (const [code, open] of [
    ['drive-write-failed', false],
    ['render-damaged', true],
    ['render-damaged', null],
  ] as const) {
    expect(await nameLostDisk(failed(code), someDrive(3), helpersOf(open))).toEqual(failed(code));
  }
});
