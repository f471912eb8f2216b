import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { LogPage, LogQuery, LogRow } from '../../core/contract/app-log';

/** Lines fetched at once. */
export const pageRows = 200;
/** Pages that are kept: what a hand scrolls back to. Memory stays bounded whatever is scrolled through. */
export const maxPages = 40;

export const emptyQuery: LogQuery = { text: '', kind: null, result: null, from: null, to: null };

export interface LogState {
  readonly query: LogQuery;
  /** Counts searches by scan: each begins anew, with the fields as it set them. */
  readonly searched: number;
  /** Counts up with every new question and every refresh: an answer to an earlier one is stale. */
  readonly generation: number;
  readonly total: number;
  readonly read: number;
  readonly entries: number;
  /** False until the first answer to this query. */
  readonly answered: boolean;
  /** Page number → its lines, least recently fetched first. Also lines of before, until new ones are here. */
  readonly pages: ReadonlyMap<number, readonly LogRow[]>;
  /** Pages that were fetched in this generation. */
  readonly fresh: ReadonlySet<number>;
}

const initial: LogState = {
  query: emptyQuery,
  searched: 0,
  generation: 0,
  total: 0,
  read: 0,
  entries: 0,
  answered: false,
  pages: new Map(),
  fresh: new Set(),
};

/** The log as far as it was looked at. The ledger itself is the station's. */
export const logStore = createStore<LogState>(() => initial);

/** A part of the log. */
export function useLog<T>(selector: (state: LogState) => T): T {
  return useStore(logStore, selector);
}

/** Another question. What was found before stays on the screen until the first answer. */
export function setLogQuery(change: Partial<LogQuery>): void {
  const { query, generation } = logStore.getState();
  logStore.setState({
    query: { ...query, ...change },
    generation: generation + 1,
    answered: false,
    fresh: new Set(),
  });
}

/** Looks for what was scanned, in everything there is. */
export function searchLog(text: string): void {
  logStore.setState(({ searched }) => ({ searched: searched + 1 }));
  setLogQuery({ ...emptyQuery, text });
}

/** Asks the same again: entries were added. The lines of before stay on the screen until the answers come. */
export function refreshLog(): void {
  logStore.setState({ generation: logStore.getState().generation + 1, fresh: new Set() });
}

/**
 * Takes in an answer.
 * @param generation when it was asked for: an answer to an earlier question, or from before a refresh, is dropped
 */
export function takeLogPage(generation: number, page: number, answer: LogPage): void {
  const state = logStore.getState();
  if (state.generation !== generation) return;
  const { total, read, entries, rows } = answer;
  // New entries move every line: pages of two states, or of two questions, must not stand side by side.
  const moved = !state.answered || total !== state.total;
  const pages = new Map(moved ? [] : state.pages);
  const fresh = new Set(moved ? [] : state.fresh);
  pages.delete(page);
  pages.set(page, rows);
  fresh.add(page);
  const [oldest] = pages.keys();
  if (pages.size > maxPages && oldest !== undefined) {
    pages.delete(oldest);
    fresh.delete(oldest);
  }
  logStore.setState({ total, read, entries, answered: true, pages, fresh });
}

/** The line at a place, or null while it is not here. */
export function logRowAt({ pages }: Pick<LogState, 'pages'>, index: number): LogRow | null {
  return pages.get(Math.floor(index / pageRows))?.[index % pageRows] ?? null;
}

/** The place of an entry's line, or null when its page is not here. */
export function logPlaceOf({ pages }: Pick<LogState, 'pages'>, sequence: number): number | null {
  for (const [page, rows] of pages) {
    const index = rows.findIndex((row) => row.sequence === sequence);
    if (index !== -1) return page * pageRows + index;
  }
  return null;
}

/** Pages that a range of lines needs and that were not fetched yet, or not since the last refresh. */
export function missingPages({ fresh }: Pick<LogState, 'fresh'>, first: number, last: number): number[] {
  const missing: number[] = [];
  for (let page = Math.floor(first / pageRows); page <= Math.floor(last / pageRows); page += 1) {
    if (!fresh.has(page)) missing.push(page);
  }
  return missing;
}

/** For tests. */
export function resetLog(): void {
  logStore.setState(initial, true);
}
