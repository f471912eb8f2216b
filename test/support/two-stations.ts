import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { LedgerRecord } from '../../core/ledger/record';
import { ledgerExportSchema } from '../../station/ledger/export';
import { onlyDrive, reportOf, type CliResult } from './cli';
import { runHere } from './command-line';
import { minisignKeys } from './delivery';
import { present } from './present';
import { makeBench } from './virtual-bench';
import { makeMedia } from './wim';

/** A station that has a signed media file and its disk image, and stations that have nothing yet. */

/** What a command printed. @throws Error with what it said when it failed */
export async function good(...args: string[]): Promise<string> {
  const { status, stdout, stderr } = await runHere(args);
  if (status !== 0) throw new Error(`${args.join(' ')}: ${stderr}`);
  return stdout;
}

/** Writes the one drive of a new bench with Contoso's media. */
export async function writeOne(
  state: string,
  bench: string,
): Promise<{ readonly result: CliResult; readonly report: ReturnType<typeof reportOf> }> {
  await makeBench(bench, 1);
  const { id } = await onlyDrive(bench);
  const result = await runHere([
    ...['apply', '--media', 'Contoso', '--drive', `${id}=5CD1234XY1`, '--bench', bench, '--again', 'test'],
    ...['--state', state, '--yes', '--json'],
  ]);
  return { result, report: reportOf(result) };
}

/** The entries of a station's ledger, from the first to the last. */
export async function recordsOf(state: string): Promise<LedgerRecord[]> {
  const text = await good('ledger', 'export', '--format', 'json', '--state', state);
  return ledgerExportSchema.parse(JSON.parse(text)).entries.map(({ json }) => json.record);
}

export class Stations {
  #folders = 0;

  private constructor(
    readonly area: string,
    /** State of the station that has all of it, and calls itself Bench 1. */
    readonly first: string,
    /** SHA-256 of its media. */
    readonly sha256: string,
    /** Name of its disk image. */
    readonly key: string,
    /** File of the key that the enterprise signs with. */
    readonly publicKey: string,
  ) {}

  /** @param area a folder of the test's own */
  static async make(area: string): Promise<Stations> {
    const keys = await minisignKeys(area, 'contoso');
    const { path } = await makeMedia(join(area, 'media'));
    const sent = await good(
      ...['media', 'send', path, '--to', join(area, 'sent'), '--name', 'Contoso', '--media-version', '24H2'],
      ...['--revision', '1', '--key', join(area, 'contoso.key'), '--json'],
    );
    const { sha256 } = z.object({ sha256: z.string() }).parse(JSON.parse(sent));
    const first = join(area, 'first');
    nameStation(first, 'Bench 1');
    await good('key', 'trust', 'Contoso', '--public-key', keys.public, '--state', first, '--json');
    await good('media', 'receive', join(area, 'sent'), '--state', first, '--json');
    const { report } = await writeOne(first, join(area, 'bench-first'));
    if (report.jobs[0]?.state !== 'done') throw new Error('the first station wrote no drive');
    const [key] = readdirSync(join(first, 'renders'));
    return new Stations(area, first, sha256, present(key), keys.public);
  }

  /** The state of a station that has nothing, and does not know who signs. */
  stranger(name: string): string {
    const state = this.#folder(name);
    nameStation(state, name);
    return state;
  }

  /** The state of a station that has nothing, and trusts the enterprise's key. */
  async second(name: string): Promise<string> {
    const state = this.stranger(name);
    await good('key', 'trust', 'Contoso', '--public-key', this.publicKey, '--state', state, '--json');
    return state;
  }

  /** A copy of the first station, to be damaged. */
  copyOfFirst(name: string): string {
    const state = this.#folder(name);
    cpSync(this.first, state, { recursive: true });
    return state;
  }

  /** A test that is tried again gets a new one. */
  #folder(name: string): string {
    this.#folders += 1;
    return join(this.area, `${name}-${this.#folders}`);
  }
}

function nameStation(state: string, stationName: string): void {
  mkdirSync(state);
  writeFileSync(join(state, 'settings.json'), JSON.stringify({ stationName }));
}
