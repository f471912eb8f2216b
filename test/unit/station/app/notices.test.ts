import { describe, expect, it } from 'vitest';
import { errorData, type ErrorData } from '../../../../core/base/errors';
import { NoticeService } from '../../../../station/app/notices';

/** What happened stays on the screen, and does not bury it. */

const notErased = (bay: number): ErrorData =>
  errorData({ code: 'sanitise-changed', message: `The drive in bay ${bay} was not erased.` });

describe('notices', () => {
  it('are one where the same happened to many, with what is said of each', () => {
    const notices = new NoticeService();
    for (let bay = 1; bay <= 48; bay += 1) notices.show('error', notErased(bay));
    notices.show('error', notErased(7));
    const [only, ...others] = notices.list;
    expect(others).toEqual([]);
    expect(only?.error.message).toBe('The drive in bay 1 was not erased.');
    expect(only?.more).toHaveLength(47);
    expect(only?.more?.at(-1)).toBe('The drive in bay 48 was not erased.');
  });

  it('are several where something else happened, is to be done, or can be done', () => {
    const notices = new NoticeService();
    notices.show('error', notErased(1));
    notices.show('info', notErased(2));
    notices.show('error', { ...notErased(3), remedy: 'Set it aside.' });
    notices.show('error', errorData({ code: 'drive-gone', message: 'The drive was removed.' }));
    const label = errorData({ code: 'label-not-printed', message: 'A label was not printed.' });
    for (const machineSerial of ['PC-1', 'PC-2']) notices.show('error', label, { machineSerial });
    expect(notices.list.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('come again once they were dismissed', () => {
    const notices = new NoticeService();
    notices.show('error', notErased(1));
    notices.show('error', notErased(2));
    notices.dismiss(1);
    notices.show('error', notErased(3));
    expect(notices.list).toMatchObject([{ id: 2, error: { message: 'The drive in bay 3 was not erased.' } }]);
    expect(notices.list[0]).not.toHaveProperty('more');
  });
});
