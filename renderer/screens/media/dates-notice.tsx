import type { ReactElement } from 'react';
import { dateWarnings, lateReasons, type MediaDates } from '../../../core/media/media-dates';
import { Notice } from '../../components/notice';
import { useApp } from '../../store/app-store';
import { useText } from '../../text';

/** What is known of the chosen media's dates; null: nothing. */
export function useMediaDates(): MediaDates | null {
  return useApp(({ media }) => ('dates' in media ? (media.dates ?? null) : null));
}

/** Nothing is started with it: it would come too late. */
export function useIsLate(): boolean {
  const dates = useMediaDates();
  const shipBy = useApp(({ order }) => order?.shipBy ?? null);
  return dates !== null && lateReasons(dates, { now: new Date(), shipBy }).length > 0;
}

/** What speaks against shipping the media, or will soon; nothing where nothing does. */
export function DatesNotice(): ReactElement | null {
  const text = useText().media.dates;
  const dates = useMediaDates();
  const shipBy = useApp(({ order }) => order?.shipBy ?? null);
  if (dates === null) return null;
  const shipping = { now: new Date(), shipBy };
  const late = lateReasons(dates, shipping);
  const lines = late.length > 0 ? late : dateWarnings(dates, shipping);
  if (lines.length === 0) return null;
  return (
    <Notice
      tone={late.length > 0 ? 'bad' : 'warn'}
      title={late.length > 0 ? text.late : text.soon}
      role="status"
    >
      {lines.map((line) => (
        <p key={line}>{line}</p>
      ))}
    </Notice>
  );
}
