import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PrestageError } from '../../../../core/base/errors';
import { loadSettings, changeSettings } from '../../../../station/state/settings';
import { requireStateDirectory, statePaths } from '../../../../station/state/state-paths';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'prestage-state-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

function errorOf(work: () => unknown): PrestageError {
  try {
    work();
  } catch (error) {
    if (error instanceof PrestageError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('the state folder', () => {
  it('has everything below one folder that was given, made for this user alone', () => {
    const state = join(folder, 'deep', 'state');
    const paths = statePaths(state);
    for (const path of Object.values(paths)) expect(String(path).startsWith(`${state}/`)).toBe(true);
    for (const made of [state, paths.imageCache, paths.chunkMaps, paths.runs]) {
      expect(statSync(made).mode & 0o777).toBe(0o700);
    }
  });

  it('follows the XDG variables', () => {
    vi.stubEnv('XDG_STATE_HOME', join(folder, 's'));
    vi.stubEnv('XDG_CACHE_HOME', join(folder, 'c'));
    vi.stubEnv('XDG_CONFIG_HOME', join(folder, 'f'));
    const paths = statePaths(null);
    expect(paths.ledgerFile).toBe(join(folder, 's/prestage/ledger.db'));
    expect(paths.imageCache).toBe(join(folder, 'c/prestage/renders'));
    expect(paths.settingsFile).toBe(join(folder, 'f/prestage/settings.json'));
    expect(existsSync(paths.runs)).toBe(true);
  });

  it.each(['relative/path', ''])('ignores %j in an XDG variable', (value) => {
    vi.stubEnv('HOME', folder);
    vi.stubEnv('XDG_STATE_HOME', value);
    vi.stubEnv('XDG_CACHE_HOME', value);
    vi.stubEnv('XDG_CONFIG_HOME', value);
    const paths = statePaths(null, { make: false });
    expect(paths.keyFile).toBe(join(folder, '.local/state/prestage/station-key.pem'));
    expect(paths.imageCache).toBe(join(folder, '.cache/prestage/renders'));
    expect(paths.settingsFile).toBe(join(folder, '.config/prestage/settings.json'));
    expect(readdirSync(folder)).toEqual([]);
  });

  it('says so when a folder cannot be made', () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    for (const place of [file, join(file, 'below')]) {
      const error = errorOf(() => statePaths(place));
      expect(error.code).toBe('state-unavailable');
      expect(error.data.remedy).toContain('--state');
    }
  });

  it('must be there for commands that only look', () => {
    expect(
      errorOf(() => {
        requireStateDirectory(join(folder, 'typo'));
      }).code,
    ).toBe('state-unavailable');
    requireStateDirectory(folder);
    requireStateDirectory(null);
  });
});

describe('the settings', () => {
  it('have defaults', () => {
    expect(loadSettings(statePaths(folder))).toMatchObject({
      desk: { bays: [], theme: 'system', sounds: true },
      stationName: hostname(),
      cacheLimitBytes: 100 * 1024 ** 3,
      stallSeconds: 60,
    });
  });

  it('are kept', () => {
    const paths = statePaths(folder);
    const settings = { stationName: 'Bench 7', cacheLimitBytes: 5, stallSeconds: 9 };
    changeSettings(paths, settings);
    expect(loadSettings(paths)).toMatchObject(settings);
    expect(readdirSync(folder).filter((name) => name.includes('tmp'))).toEqual([]);
  });

  it('write down no default, so that a renamed machine is called by its new name', () => {
    const paths = statePaths(folder);
    changeSettings(paths, { cacheLimitBytes: 5 });
    expect(JSON.parse(readFileSync(paths.settingsFile, 'utf8'))).toEqual({ cacheLimitBytes: 5 });
    expect(loadSettings(paths).stationName).toBe(hostname());
  });

  it.each([
    ['{"stallSeconds": -1}', 'stallSeconds'],
    ['{"cacheLimitBytes": "much"}', 'cacheLimitBytes'],
    ['{"stationName": "a\\u202eb"}', 'stationName'],
    ['{"stationNme": "x"}', 'stationNme'],
    ['{', 'JSON'],
    ['{"stallSeconds": 60, "stallSeconds": 6000}', 'stallSeconds is there twice'],
    ['[]', 'settings.json'],
  ])('are refused when they are %s, naming file and field', (text, field) => {
    const paths = statePaths(folder);
    writeFileSync(paths.settingsFile, text);
    const error = errorOf(() => loadSettings(paths));
    expect(error.code).toBe('settings-invalid');
    expect(error.message).toContain(paths.settingsFile);
    expect(error.message).toContain(field);
  });

  it('are not written when they are not valid', () => {
    const paths = statePaths(folder);
    const wrong = { stationName: '', cacheLimitBytes: 5, stallSeconds: 9 };
    expect(
      errorOf(() => {
        changeSettings(paths, wrong);
      }).code,
    ).toBe('settings-invalid');
    expect(existsSync(paths.settingsFile)).toBe(false);
    chmodSync(folder, 0o700);
  });
});
