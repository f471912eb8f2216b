import { useEffect, useRef } from 'react';
import { act } from '../../actions';
import { useDesk } from '../../store/desk-store';
import { logStore, missingPages, pageRows, refreshLog, takeLogPage, useLog } from '../../store/log-store';

/** Milliseconds that a range must stay in view before it is fetched: a thumb that is dragged passes many. */
const settle = 40;
/** Milliseconds between two looks while the ledger is still being read. */
const readingPause = 1000;

async function fetchPage(page: number): Promise<void> {
  const { query } = logStore.getState();
  const answer = await act('queryLog', { ...query, offset: page * pageRows, limit: pageRows });
  if (answer !== null) takeLogPage(query, page, answer);
}

/** Fetches the lines that are in view, and fetches anew when jobs end or the window comes to the front. */
export function useLogPages(first: number, last: number): void {
  const query = useLog((state) => state.query);
  const pages = useLog((state) => state.pages);
  const reading = useLog((state) => !state.answered || state.read < state.entries);
  const ended = useDesk(({ jobs }) => jobs.filter(({ endedAt }) => endedAt !== null).length);
  const asked = useRef(new Set<string>());

  useEffect(() => {
    const timer = setTimeout(() => {
      const missing = missingPages(logStore.getState(), first, last);
      for (const page of missing) {
        const key = `${JSON.stringify(query)} ${page}`;
        if (asked.current.has(key)) continue;
        asked.current.add(key);
        void fetchPage(page).finally(() => asked.current.delete(key));
      }
    }, settle);
    return () => {
      clearTimeout(timer);
    };
  }, [first, last, query, pages]);

  useEffect(() => {
    refreshLog();
  }, [ended]);

  useEffect(() => {
    window.addEventListener('focus', refreshLog);
    return () => {
      window.removeEventListener('focus', refreshLog);
    };
  }, []);

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
