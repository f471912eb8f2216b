import { useEffect, useRef } from 'react';
import type { DeskJob } from '../../../core/contract/desk';
import { act } from '../../actions';
import { useDesk } from '../../store/desk-store';
import { logStore, missingPages, pageRows, refreshLog, takeLogPage, useLog } from '../../store/log-store';

/** Milliseconds that a range must stay in view before it is fetched: a thumb that is dragged passes many. */
const settle = 40;
/** Milliseconds between two looks while the ledger is still being read. */
const readingPause = 1000;

async function fetchPage(page: number): Promise<void> {
  const { query, generation } = logStore.getState();
  const answer = await act('queryLog', { ...query, offset: page * pageRows, limit: pageRows });
  if (answer !== null) takeLogPage(generation, page, answer);
}

/** Changes whenever the ledger got an entry for a job, and not ten times a second while bytes move. */
function endsOf(jobs: readonly DeskJob[]): string {
  return jobs
    .filter(({ endedAt }) => endedAt !== null)
    .map(({ driveId, endedAt, ledgerEntry }) => `${driveId} ${endedAt ?? ''} ${ledgerEntry ?? ''}`)
    .join('\n');
}

/** Fetches the lines that are in view, and fetches anew when jobs end or the window comes to the front. */
export function useLogPages(first: number, last: number): void {
  const generation = useLog((state) => state.generation);
  const fresh = useLog((state) => state.fresh);
  const reading = useLog((state) => state.answered && state.read < state.entries);
  const ends = useDesk(({ jobs }) => endsOf(jobs));
  const asked = useRef(new Set<string>());

  // What ended while another screen was shown counts as well: the first look is always a new one.
  useEffect(() => {
    refreshLog();
  }, [ends]);

  useEffect(() => {
    window.addEventListener('focus', refreshLog);
    return () => {
      window.removeEventListener('focus', refreshLog);
    };
  }, []);

  useEffect(() => {
    const timer = setTimeout(() => {
      for (const page of missingPages(logStore.getState(), first, last)) {
        const key = `${generation} ${page}`;
        if (asked.current.has(key)) continue;
        asked.current.add(key);
        void fetchPage(page).finally(() => asked.current.delete(key));
      }
    }, settle);
    return () => {
      clearTimeout(timer);
    };
  }, [first, last, generation, fresh]);

  useEffect(() => {
    if (!reading) return;
    const timer = setInterval(() => {
      void fetchPage(Math.floor(first / pageRows));
    }, readingPause);
    return () => {
      clearInterval(timer);
    };
  }, [reading, first]);
}
