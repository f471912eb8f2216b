import { describe, expect, it } from 'vitest';
import { PrestageError } from '../../../../core/base/errors';
import {
  dateWarnings,
  lateReasons,
  mergeMediaDates,
  requireInTime,
  type MediaDates,
} from '../../../../core/media/media-dates';

const now = new Date('2027-03-10T09:00:00Z');
const dates = (change: Partial<MediaDates> = {}): MediaDates => ({
  ...{ certificateStart: '2026-12-01T00:00:00.000Z', certificateEnd: '2027-12-01T00:00:00.000Z' },
  ...{ shipBy: null, site: 'ABC', managementPoints: ['http://mp01.contoso.com'] },
  ...change,
});

describe('a media file and the day on which its machines ship', () => {
  const late = (change: Partial<MediaDates>, shipBy: string | null = null): string[] =>
    lateReasons(dates(change), { now, shipBy });

  it('is in time while the certificate outlives the whole day', () => {
    expect(late({})).toEqual([]);
    expect(late({}, '2027-11-30')).toEqual([]);
    expect(late({ certificateEnd: null }, '2099-01-01')).toEqual([]);
    expect(late({ shipBy: '2027-03-10' })).toEqual([]);
  });

  it('is too late after the end of the certificate, and on the day that it ends', () => {
    expect(late({ certificateEnd: '2027-03-10T09:00:00.000Z' })).toEqual([
      'The certificate of the media ended on 2027-03-10: no machine with it can sign in.',
    ]);
    expect(late({}, '2027-12-01')).toEqual([
      'The certificate of the media ends on 2027-12-01, but the work order ships until 2027-12-01: those machines could not sign in.',
    ]);
  });

  it('is too late after the day that the enterprise named', () => {
    expect(late({ shipBy: '2027-03-09' })).toEqual([
      'Machines with this media had to leave the depot by 2027-03-09.',
    ]);
    expect(late({ shipBy: '2027-06-30' }, '2027-07-01')).toEqual([
      'Machines with this media must leave the depot by 2027-06-30, but the work order ships until 2027-07-01.',
    ]);
    expect(late({ shipBy: '2027-06-30' }, '2027-06-30')).toEqual([]);
  });

  it('stops a batch with every reason', () => {
    const tooLate = dates({ certificateEnd: '2027-01-01T00:00:00.000Z', shipBy: '2027-01-02' });
    let error: unknown;
    try {
      requireInTime(tooLate, { now, shipBy: null });
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(PrestageError);
    expect((error as PrestageError).data).toMatchObject({
      code: 'media-too-late',
      cause: expect.stringContaining('2027-01-02') as string,
    });
    requireInTime(null, { now, shipBy: '2099-01-01' });
    requireInTime(dates(), { now, shipBy: null });
  });

  it('is warned of thirty days before', () => {
    const warned = (certificateEnd: string, shipBy: string | null = null): string[] =>
      dateWarnings(dates({ certificateEnd }), { now, shipBy });
    expect(warned('2027-04-09T09:00:00.000Z')).toEqual([]);
    expect(warned('2027-04-09T08:59:59.000Z')).toEqual([
      'The certificate of the media ends on 2027-04-09, 29 days from now.',
    ]);
    expect(warned('2027-03-11T10:00:00.000Z')).toEqual([
      'The certificate of the media ends on 2027-03-11, 1 day from now.',
    ]);
    expect(warned('2027-06-01T00:00:00.000Z', '2027-05-20')).toEqual([
      'The certificate of the media ends on 2027-06-01, 11 days after the work order ships.',
    ]);
    expect(warned('2027-03-01T00:00:00.000Z')).toEqual([]);
  });

  it('is warned of when the certificate is not valid yet', () => {
    const certificateStart = '2027-04-01T00:00:00.000Z';
    expect(dateWarnings(dates({ certificateStart }), { now, shipBy: null })).toEqual([
      expect.stringContaining('only from 2027-04-01 on'),
    ]);
    expect(dateWarnings(dates({ certificateStart }), { now, shipBy: '2027-04-01' })).toEqual([]);
  });
});

describe('what several sources say', () => {
  it('leaves the least time, and every management point once', () => {
    const recipe = dates({ certificateEnd: '2027-11-01T00:00:00.000Z', shipBy: '2027-09-30', site: null });
    const media = dates({
      certificateStart: '2026-12-05T00:00:00.000Z',
      managementPoints: ['http://mp02.contoso.com'],
    });
    expect(mergeMediaDates([null, recipe, media])).toEqual({
      certificateStart: '2026-12-05T00:00:00.000Z',
      certificateEnd: '2027-11-01T00:00:00.000Z',
      shipBy: '2027-09-30',
      site: 'ABC',
      managementPoints: ['http://mp01.contoso.com', 'http://mp02.contoso.com'],
    });
    expect(mergeMediaDates([null, null])).toBeNull();
  });
});
