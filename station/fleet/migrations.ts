import { sha256Hex } from '../ledger/entry';
import tables from './migrations/0001-tables.sql';
import push from './migrations/0002-push.sql';
import reports from './migrations/0003-reports.sql';
import liftedFindings from './migrations/0004-lifted-findings.sql';
import holdings from './migrations/0005-holdings.sql';

/** One step of the plant's database. What was applied somewhere is never changed: a change is a new step. */
export interface Migration {
  /** 1, 2, 3, … */
  readonly number: number;
  readonly name: string;
  readonly sql: string;
}

export const migrations: readonly Migration[] = [
  { number: 1, name: '0001-tables', sql: tables },
  { number: 2, name: '0002-push', sql: push },
  { number: 3, name: '0003-reports', sql: reports },
  { number: 4, name: '0004-lifted-findings', sql: liftedFindings },
  { number: 5, name: '0005-holdings', sql: holdings },
];

/** By which a migration that was changed afterwards is found. */
export function checksumOf(migration: Migration): string {
  return sha256Hex(migration.sql);
}
