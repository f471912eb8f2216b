import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, beforeAll } from 'vitest';
import { runCommandLine } from '../../station/cli/program';
import { LedgerReader } from '../../station/ledger/ledger-reader';
import { statePaths } from '../../station/state/state-paths';

/** Runs a command of the command line in this process, and says what it printed. */

class Collector extends Writable {
  text = '';

  override _write(piece: Buffer, _encoding: BufferEncoding, taken: () => void): void {
    this.text += piece.toString();
    taken();
  }
}

export interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export async function run(...args: string[]): Promise<Run> {
  const [out, err] = [new Collector(), new Collector()];
  const code = await runCommandLine({
    args: ['ledger', ...args],
    version: '1',
    helper: [process.execPath],
    stdout: out,
    stderr: err,
    signal: new AbortController().signal,
  });
  return { code, out: out.text, err: err.text };
}

export let folder: string;
/** Fingerprint of a station's key, from its ledger. */
export function keyOf(state: string): string {
  const ledger = LedgerReader.openForReading(statePaths(state));
  const fingerprint = ledger.publicKey?.fingerprint ?? '';
  ledger.close();
  return fingerprint;
}

/** Makes one folder for the whole file. Call it once, at the top of the test file. */
export function useEvidenceFolder(): void {
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'prestage-evidence-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });
}
