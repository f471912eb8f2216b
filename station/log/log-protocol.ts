import type { LogEntry, LogPage, LogQuery, LogReport } from '../../core/contract/app-log';
import type { ErrorData } from '../../core/base/errors';
import type { StatePlaces } from '../state/state-paths';

/** What a worker is asked. Both ends are ours and of one build: no schema stands between. */
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

/** Where the ledger is; the worker's data. */
export type LogPlaces = Pick<StatePlaces, 'ledgerFile' | 'headFile' | 'keyFile' | 'publicKeyFile'>;

export interface LogQuestion {
  readonly id: number;
  readonly request: LogRequest;
}
export type LogReply =
  | { readonly id: number; readonly ok: true; readonly value: LogAnswers[LogRequest['verb']] }
  | { readonly id: number; readonly ok: false; readonly error: ErrorData };
