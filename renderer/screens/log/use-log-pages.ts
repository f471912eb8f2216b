import { useEffect, useRef } from 'react';
import type { AppJob } from '../../../core/contract/app-bench';
import { act } from '../../actions';
import { useApp } from '../../store/app-store';
import { logStore, missingPages, pageRows, refreshLog, takeLogPage, useLog } from '../../store/log-store';

/** Milliseconds between two looks at what is in view: a thumb that is dragged passes many pages. */
const settle = 40;
/** Pages that are under way at once at most. The next one asked for is the one in view then. */
const maxAsked = 4;
/** Lines around those in view that are fetched with them, so that scrolling by hand meets no gap. */
const margin = 60;
/** Milliseconds between two looks while the ledger is still being read. */
const readingPause = 1000;

async function fetchPage(page: number): Promise<void> {
  const { query, generation } = logStore.getState();
  const answer = await act('queryLog', { ...query, offset: page * pageRows, limit: pageRows });
  if (answer !== null) takeLogPage(generation, page, answer);
}

/** Changes whenever the ledger got an entry for a job, and not ten times a second while bytes move. */
function endsOf(jobs: readonly AppJob[]): string {
  return jobs
    .filter(({ endedAt }) => endedAt !== null)
    .map(({ driveId, endedAt, ledgerEntry }) => `${driveId} ${endedAt ?? ''} ${ledgerEntry ?? ''}`)
    .join('\n');
}

/** Fetches the lines that are in view, and fetches again when jobs end or the window comes to the front. */
export function useLogPages(first: number, last: number): void {
  const generation = useLog((state) => state.generation);
  const fresh = useLog((state) => state.fresh);
  const reading = useLog((state) => state.answered && state.read < state.entries);
  const ends = useApp(({ jobs }) => endsOf(jobs));
  const asked = useRef(new Set<string>());
  const view = useRef({ first, last });
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);

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

  // A timer that runs is not begun again: lines must come while somebody scrolls, not only after that.
  useEffect(() => {
    view.current = { first, last };
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      const state = logStore.getState();
      const from = Math.max(0, view.current.first - margin);
      const to = Math.max(from, Math.min(state.total - 1, view.current.last + margin));
      for (const page of missingPages(state, from, to)) {
        const key = `${state.generation} ${page}`;
        if (asked.current.has(key) || asked.current.size >= maxAsked) continue;
        asked.current.add(key);
        void fetchPage(page).finally(() => asked.current.delete(key));
      }
    }, settle);
  }, [first, last, generation, fresh]);

  useEffect(
    () => () => {
      clearTimeout(timer.current);
      timer.current = undefined;
    },
    [],
  );

  useEffect(() => {
    if (!reading) return;
    const timer = setInterval(() => {
      void fetchPage(Math.floor(view.current.first / pageRows));
    }, readingPause);
    return () => {
      clearInterval(timer);
    };
  }, [reading]);
}
