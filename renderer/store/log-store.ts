import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { LogPage, LogQuery, LogRow } from '../../core/contract/desk';

/** Lines fetched at once. */
export const pageRows = 200;
/** Pages that are kept: what a hand scrolls back to. Memory stays bounded whatever is scrolled through. */
const mostPages = 40;

export const emptyQuery: LogQuery = { text: '', result: null, from: null, to: null };

export interface LogState {
  readonly query: LogQuery;
  readonly total: number;
  readonly read: number;
  readonly entries: number;
  /** False until the first answer to this query. */
  readonly answered: boolean;
  /** Page number → its lines, least recently fetched first. */
  readonly pages: ReadonlyMap<number, readonly LogRow[]>;
}

const initial: LogState = {
  query: emptyQuery,
  total: 0,
  read: 0,
  entries: 0,
  answered: false,
  pages: new Map(),
};

/** The log as far as it was looked at. The ledger itself is the station's. */
export const logStore = createStore<LogState>(() => initial);

/** A part of the log. */
export function useLog<T>(selector: (state: LogState) => T): T {
  return useStore(logStore, selector);
}

/** Another question. What was found before stays on the screen until the first answer. */
export function setLogQuery(change: Partial<LogQuery>): void {
  const query = { ...logStore.getState().query, ...change };
  logStore.setState({ query, pages: new Map(), answered: false });
}

/** Forgets every line: entries were added, and all places moved. */
export function refreshLog(): void {
  logStore.setState({ pages: new Map() });
}

/**
 * Takes in an answer.
 * @param query what was asked: an answer to another question than the present one is stale and dropped
 */
export function takeLogPage(query: LogQuery, page: number, answer: LogPage): void {
  const state = logStore.getState();
  if (state.query !== query) return;
  const { total, read, entries, rows } = answer;
  // New entries move every line: pages of two states must not stand side by side.
  const moved = state.answered && total !== state.total;
  const pages = new Map(moved ? [] : state.pages);
  pages.delete(page);
  pages.set(page, rows);
  const [oldest] = pages.keys();
  if (pages.size > mostPages && oldest !== undefined) pages.delete(oldest);
  logStore.setState({ total, read, entries, answered: true, pages });
}

/** The line at a place, or null while it is not here. */
export function logRowAt({ pages }: LogState, index: number): LogRow | null {
  return pages.get(Math.floor(index / pageRows))?.[index % pageRows] ?? null;
}

/** Pages that a range of lines needs and that are not here. */
export function missingPages({ pages }: LogState, first: number, last: number): number[] {
  const missing: number[] = [];
  for (let page = Math.floor(first / pageRows); page <= Math.floor(last / pageRows); page += 1) {
    if (!pages.has(page)) missing.push(page);
  }
  return missing;
}

/** For tests. */
export function resetLog(): void {
  logStore.setState(initial, true);
}
