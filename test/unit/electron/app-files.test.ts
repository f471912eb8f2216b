import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contentSecurityPolicy, pageFileOf, readPageFile } from '../../../electron/app-files';
import { mayLoad } from '../../../electron/hardening';

describe('pageFileOf', () => {
  it.each([
    ['prestage://bench/index.html', 'index.html', 'text/html; charset=utf-8'],
    ['prestage://bench/app.js?x=1#y', 'app.js', 'text/javascript; charset=utf-8'],
    ['prestage://bench/assets/inter-ABC123.woff2', 'assets/inter-ABC123.woff2', 'font/woff2'],
  ])('%s', (url, path, type) => {
    expect(pageFileOf(url)).toEqual({ path, type });
  });

  it.each([
    ['another host', 'prestage://other/index.html'],
    ['another scheme', 'file:///index.html'],
    ['a user', 'prestage://me@bench/index.html'],
    ['up, encoded', 'prestage://bench/%2e%2e%2fmain.cjs'],
    ['up, encoded twice', 'prestage://bench/%252e%252e/app.js'],
    ['up behind a backslash', 'prestage://bench/..%5Cpreload.js'],
    ['a slash in a name', 'prestage://bench/a%2F..%2Fapp.js'],
    ['a zero byte', 'prestage://bench/index.html%00.js'],
    ['two dots in a name', 'prestage://bench/a..b.js'],
    ['a hidden file', 'prestage://bench/.env.js'],
    ['an empty part', 'prestage://bench//etc/app.js'],
    ['a folder', 'prestage://bench/'],
    ['another kind of file', 'prestage://bench/main.cjs'],
    ['a source map', 'prestage://bench/app.js.map'],
    ['broken encoding', 'prestage://bench/%E0%A4%A.js'],
    ['no URL', 'index.html'],
  ])('refuses %s', (_, url) => {
    expect(pageFileOf(url)).toBeNull();
  });

  it('resolves what the URL parser resolves inside the folder', () => {
    // The parser itself takes `..` away; it can never lead above the root.
    expect(pageFileOf('prestage://bench/../../app.js')?.path).toBe('app.js');
  });
});

describe('readPageFile', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'prestage-scheme-'));
    mkdirSync(join(folder, 'page', 'assets'), { recursive: true });
    writeFileSync(join(folder, 'page', 'app.js'), 'page');
    writeFileSync(join(folder, 'secret.js'), 'secret');
    symlinkSync(join(folder, 'secret.js'), join(folder, 'page', 'link.js'));
    symlinkSync(folder, join(folder, 'page', 'up'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('reads what lies in the folder', async () => {
    expect((await readPageFile(join(folder, 'page'), 'app.js'))?.toString()).toBe('page');
  });

  it.each(['link.js', 'up/secret.js', '../secret.js', 'missing.js', 'assets'])(
    'does not read %s',
    async (path) => {
      expect(await readPageFile(join(folder, 'page'), path)).toBeNull();
    },
  );
});

describe('what the page may load', () => {
  it('has a policy without anything inline, evaluated or remote', () => {
    expect(contentSecurityPolicy).toContain("default-src 'none'");
    expect(contentSecurityPolicy).not.toMatch(/unsafe|https?:|\*/);
  });

  it.each([
    ['prestage://bench/app.js', true, true],
    ['data:image/svg+xml,x', true, true],
    ['https://example.com/', true, false],
    ['http://127.0.0.1/', true, false],
    ['file:///etc/passwd', true, false],
    ['prestage://benchmark/app.js', true, false],
    ['ws://127.0.0.1/', true, false],
    ['devtools://devtools/bundled/x.js', true, false],
    ['devtools://devtools/bundled/x.js', false, true],
    ['chrome-extension://abc/x.js', false, false],
  ])('%s, packaged %s: %s', (url, packaged, allowed) => {
    expect(mayLoad(url, packaged)).toBe(allowed);
  });
});
