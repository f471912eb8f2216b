import type { LogEntry, LogPage, LogQuery, LogReport } from '../../core/contract/app-log';

/** What the log's worker is asked. */
export type LogRequest =
  | { readonly verb: 'query'; readonly query: LogQuery; readonly offset: number; readonly limit: number }
  | { readonly verb: 'entry'; readonly sequence: number }
  | { readonly verb: 'verify' }
  | { readonly verb: 'export'; readonly format: 'json' | 'csv'; readonly path: string };

export interface LogAnswers {
  readonly query: LogPage;
  readonly entry: LogEntry;
  readonly verify: LogReport;
  readonly export: null;
}
