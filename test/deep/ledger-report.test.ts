import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { canonicalJson, sha256Hex, signHash } from '../../station/ledger/entry';
import { Ledger } from '../../station/ledger/ledger';
import { statePaths } from '../../station/state/state-paths';
import { context, done, failed, sampleJob, started } from '../unit/station/ledger/samples';
import { type Run, run, folder, keyOf, useEvidenceFolder } from '../support/evidence-run';

useEvidenceFolder();

/** A station of that name with these machines, one a minute from a time on; finished, unless the name begins with X. */
function makeStation(name: string, machines: readonly string[], start: string): string {
  const state = join(folder, name);
  let time = Date.parse(start);
  const ledger = Ledger.open(statePaths(state), { clock: () => new Date((time += 60_000)) });
  for (const machineSerial of machines) {
    const job = sampleJob({ machineSerial });
    ledger.append(started(job), { ...context, stationName: name });
    ledger.append(machineSerial.startsWith('X') ? failed(job) : done(job), {
      ...context,
      stationName: name,
    });
  }
  ledger.close();
  return state;
}

function replaceIn(line: number, from: string | RegExp, to: string): (lines: string[]) => void {
  return (lines) => {
    const text = lines[line] ?? '';
    const changed = text.replace(from, to);
    if (changed === text) throw new Error('nothing was changed');
    lines[line] = changed;
  };
}

function swap(one: number, other: number): (lines: string[]) => void {
  return (lines) => {
    [lines[one], lines[other]] = [lines[other] ?? '', lines[one] ?? ''];
  };
}

describe('ledger report', () => {
  const north = 'north.json';
  const south = 'south.json';
  let keys: Record<string, string>;
  let work: string;
  beforeAll(async () => {
    const states = {
      north: makeStation('north', ['PC-1', 'PC-2', 'XPC-3', 'PC-4'], '2025-11-03T08:00:00.000Z'),
      south: makeStation('south', ['PC-5', 'XPC-1', 'PC-2'], '2025-11-03T08:00:30.000Z'),
    };
    keys = { north: keyOf(states.north), south: keyOf(states.south) };
    for (const [name, state] of Object.entries(states)) {
      const output = join(folder, `${name}.json`);
      const exported = await run('export', '--format', 'json', '--output', output, '--state', state);
      expect(exported.code).toBe(0);
    }
  });
  beforeEach(() => {
    work = mkdtempSync(join(folder, 'work-'));
    for (const name of [north, south]) cpSync(join(folder, name), join(work, name));
  });

  const report = async (...args: string[]): Promise<Run> =>
    await run('report', join(work, north), join(work, south), ...args);
  const change = (name: string, edit: (lines: string[]) => void): void => {
    const lines = readFileSync(join(work, name), 'utf8').split('\n');
    edit(lines);
    writeFileSync(join(work, name), lines.join('\n'));
  };

  interface Line {
    readonly time: string;
    readonly station: string;
    readonly sequence: number;
    readonly keyFingerprint: string;
    readonly entryHash: string;
    readonly machineSerial: string;
    readonly alsoDoneAt: string | null;
  }

  it('puts both into one list by time, each line with its station, key, number and hash', async () => {
    const before = [north, south].map((name) => readFileSync(join(work, name)));
    const { code, out, err } = await report('--format', 'json');
    expect(code).toBe(0);
    const document = JSON.parse(out) as { stations: unknown[]; lines: Line[] };
    expect(document.stations).toMatchObject([
      { stations: ['north'], keyFingerprint: keys['north'], entries: 8, head: { sequence: 8 } },
      { stations: ['south'], keyFingerprint: keys['south'], entries: 6, head: { sequence: 6 } },
    ]);
    expect(document.lines.map(({ station, sequence }) => `${station} ${sequence}`)).toEqual([
      'north 2',
      'south 2',
      'north 4',
      'south 4',
      'north 6',
      'south 6',
      'north 8',
    ]);
    const times = document.lines.map(({ time }) => time);
    expect([...times].sort()).toEqual(times);
    const exported = JSON.parse(readFileSync(join(work, south), 'utf8')) as { entries: { hash: string }[] };
    expect(document.lines[1]).toMatchObject({
      keyFingerprint: keys['south'],
      entryHash: exported.entries[1]?.hash,
      machineSerial: 'PC-5',
      alsoDoneAt: null,
    });
    expect(err).toContain('The key was not compared');
    expect([north, south].map((name) => readFileSync(join(work, name)))).toEqual(before);
  });

  it('notes a machine that both finished, and none that only one did', async () => {
    const { out, err } = await report('--format', 'json');
    const { lines } = JSON.parse(out) as { lines: Line[] };
    const noted = lines.filter(({ alsoDoneAt }) => alsoDoneAt !== null);
    expect(
      noted.map(({ station, machineSerial, alsoDoneAt }) => [station, machineSerial, alsoDoneAt]),
    ).toEqual([
      ['north', 'PC-2', 'south'],
      ['south', 'PC-2', 'north'],
    ]);
    expect(err.match(/note: /g)?.length).toBe(1);
    expect(err).toContain('note: Machine PC-2 was finished at more than one station: north, south.');
  });

  it('is CSV when asked for, in a file', async () => {
    const output = join(work, 'report.csv');
    const { code, out } = await report('--format', 'csv', '--output', output);
    expect([code, out]).toEqual([0, '']);
    const lines = readFileSync(output, 'utf8').split('\r\n');
    expect(lines.length).toBe(9);
    expect(lines[0]).toMatch(
      /^sequence,time,machineSerial,.*,entryHash,.*,eraseOutcome,loader,firmwareTrust,eraseHidden,atEnd,keyFingerprint,alsoDoneAt$/,
    );
    expect(lines[3]).toMatch(new RegExp(`^4,.*,PC-2,done,.*,${keys['north'] ?? ''},south$`));
  });

  it('is quiet about keys that were compared, and refuses others', async () => {
    const both = ['--trust', keys['north'] ?? '', '--trust', keys['south'] ?? ''];
    expect((await report('--format', 'csv', ...both)).err).not.toContain('compared');
    const { code, out, err } = await report('--format', 'csv', ...both.slice(0, 2));
    expect([code, out]).toEqual([4, '']);
    expect(err).toMatch(/finding: .*south\.json: The key [0-9a-f]{64} is not trusted/);
  });

  it.each<[string, (lines: string[]) => void, RegExp]>([
    [
      'changed contents',
      replaceIn(3, 'PC-2', 'PC-9'),
      /north\.json: Entry 3 has contents that do not match its hash/,
    ],
    [
      'another signature',
      replaceIn(3, /"signature":"..../, '"signature":"AAAA'),
      /Entry 3 was not signed with this station’s key/,
    ],
    ['an entry that is gone', (lines) => lines.splice(3, 1), /Entry 3 is missing/],
    ['swapped entries', swap(3, 4), /Entry 3 is missing: entry 4 is in its place/],
    ['the first entry gone', (lines) => lines.splice(1, 1), /Entry 1 is missing/],
    ['a file that was cut off', (lines) => lines.splice(6), /file is incomplete/],
    ['the end gone', (lines) => lines.splice(-2, 1), /file is incomplete/],
    ['something behind the end', (lines) => lines.push('{}', ''), /continues after its end/],
    ['a comma gone', replaceIn(3, /,$/, ''), /does not have the format of "prestage ledger export/],
    ['no JSON', replaceIn(3, '{', ''), /Entry 3 does not have the format/],
    ['another number', replaceIn(3, '{"sequence":3', '{"sequence":7'), /Entry 3 is missing/],
    [
      'another fingerprint',
      replaceIn(0, /"keyFingerprint":"../, '"keyFingerprint":"00'),
      /does not match the fingerprint in the file/,
    ],
    ['no header', (lines) => lines.splice(0, 1), /does not have the format of "prestage ledger export/],
    [
      'an empty file',
      (lines) => lines.splice(0, lines.length, ''),
      /does not have the format of "prestage ledger export/,
    ],
    [
      'another layout',
      (lines) => lines.splice(0, lines.length, lines.join(''), ''),
      /does not have the format of "prestage ledger export/,
    ],
  ])('refuses %s, and says in which file and entry', async (_, edit, said) => {
    change(north, edit);
    const output = join(work, 'report.csv');
    const { code, out, err } = await report('--format', 'csv', '--output', output);
    expect([code, out, existsSync(output)]).toEqual([4, '', false]);
    expect(err).toMatch(said);
    expect(err).toContain(`finding: ${join(work, north)}: `);
    expect(err).not.toContain(`finding: ${join(work, south)}`);
  });

  it('refuses an entry that somebody with the key replaced: the next one does not follow', async () => {
    const pem = readFileSync(statePaths(join(folder, 'north')).keyFile, 'utf8');
    change(north, (lines) => {
      const entry = JSON.parse((lines[3] ?? '').slice(0, -1)) as { json: { operator: string } };
      const json = canonicalJson({ ...entry.json, operator: 'Mallory' });
      const hash = sha256Hex(json);
      const signature = signHash(hash, createPrivateKey(pem));
      lines[3] = `{"sequence":3,"json":${json},"hash":"${hash}","signature":"${signature}"},`;
    });
    const { code, err } = await report('--format', 'csv');
    expect(code).toBe(4);
    expect(err).toContain('Entry 4 does not follow the one before it');
  });

  it('refuses a header with another key', async () => {
    const { publicKey } = generateKeyPairSync('ed25519');
    const pem = createPublicKey(publicKey.export({ type: 'spki', format: 'pem' }))
      .export({ type: 'spki', format: 'pem' })
      .toString();
    change(north, (lines) => {
      lines[0] = (lines[0] ?? '').replace(/"publicKey":"[^"]*"/, `"publicKey":${JSON.stringify(pem)}`);
    });
    expect(await report('--format', 'csv')).toMatchObject({
      code: 4,
      err: expect.stringContaining('does not match the fingerprint in the file') as string,
    });
  });

  it('refuses one station twice, and a file that is not there', async () => {
    const again = join(work, 'again.json');
    cpSync(join(work, north), again);
    expect(await report(again, '--format', 'csv')).toMatchObject({
      code: 2,
      err: expect.stringContaining('is from the same station as an earlier file') as string,
    });
    expect(await run('report', join(work, 'nowhere'), '--format', 'csv')).toMatchObject({ code: 2 });
  });
});
