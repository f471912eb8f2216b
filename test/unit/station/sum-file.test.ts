import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseSha256Manifest } from '../../../core/media/sum-file';
import { decodeSumFile } from '../../../station/media/decode-sum-file';
import { temporaryArea } from '../../support/global-setup';

const a = 'a'.repeat(64);
const b = 'b'.repeat(64);
const [A, B] = [a.toUpperCase(), b.toUpperCase()];

const read = (text: string): [string, string][] => [...(parseSha256Manifest(text).sums ?? [])];
const problem = (text: string): string | null => parseSha256Manifest(text).problem;

describe('what sha256sum prints', () => {
  it('is read without the folders', () => {
    const text = `\uFEFF# made by hand\n; and again\n${A}  x/Win11.wim\r\n\n${b} *D:\\images\\Win10.wim\n`;
    expect(read(text)).toEqual([
      ['Win11.wim', a],
      ['Win10.wim', b],
    ]);
    expect(read(`\\${a}  new\\nline.wim\n`)).toEqual([['new\nline.wim', a]]);
    expect(read(a)).toEqual([['', a]]);
    expect(read(`SHA256: ${A}`)).toEqual([['', a]]);
    expect(read(`${a}  Win 11 24H2.wim\r${b}  Win 10.wim\r`)).toEqual([
      ['Win 11 24H2.wim', a],
      ['Win 10.wim', b],
    ]);
  });
  it.each<[string, string, string]>([
    ['as JSON', `{"Algorithm":"SHA256","Hash":"${A}","Path":"C:\\\\x\\\\a.wim"}`, 'a.wim'],
    [
      'as a list of JSON',
      `[\r\n  {"Algorithm":"SHA256","Hash":"${A}","Path":"C:\\\\a.wim"}\r\n]\r\n`,
      'a.wim',
    ],
    ['the hash alone, as a list', `\r\nHash : ${A}\r\n\r\n`, ''],
    ['without the algorithm, as a list', `Hash : ${A}\r\nPath : C:\\x\\a.wim\r\n`, 'a.wim'],
    ['without the algorithm, as CSV', `"Hash","Path"\r\n"${A}","C:\\x\\a.wim"\r\n`, 'a.wim'],
    ['with DOS’s end of a file', `${a} *a.wim\r\n\u001a`, 'a.wim'],
  ])('is read in other forms of PowerShell and DOS: %s', (_, text, name) => {
    expect(read(text)).toEqual([[name, a]]);
  });
  it('of another algorithm is not read as JSON either', () => {
    expect(problem(`{"Algorithm":"SHA512","Hash":"${A}${B}","Path":"a.wim"}`)).not.toBeNull();
    expect(
      problem(`[{"Algorithm":"SHA256","Hash":"${A}"},{"Algorithm":"MD5","Hash":"${'c'.repeat(32)}"}]`),
    ).not.toBeNull();
  });
  it('takes a name that is repeated with the same sum', () => {
    expect(read(`${a}  x/Win11.wim\n${A}  Win11.wim\n`)).toEqual([['Win11.wim', a]]);
  });
});

describe('what the tools of this computer print', () => {
  let folder: string;
  beforeAll(() => {
    folder = temporaryArea('sum-file');
    mkdirSync(join(folder, 'in'));
    writeFileSync(join(folder, 'in', 'contoso 24H2.wim'), 'one');
    writeFileSync(join(folder, 'in', 'b (2).wim'), 'two');
    writeFileSync(join(folder, 'in', 'odd\nname.wim'), 'three');
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
  it.each([
    ['sha256sum'],
    ['sha256sum', '--binary'],
    ['sha256sum', '--tag'],
    ['shasum', '-a', '256'],
    ['cksum', '-a', 'sha256'],
    ['openssl', 'dgst', '-sha256'],
    ['openssl', 'dgst', '-sha256', '-r'],
  ])('%s %s %s %s', (tool, ...args) => {
    const files = [
      'in/contoso 24H2.wim',
      'in/b (2).wim',
      ...(tool === 'openssl' ? [] : ['in/odd\nname.wim']),
    ];
    const printed = execFileSync(tool, [...args, ...files], { cwd: folder, encoding: 'utf8' });
    const sums = parseSha256Manifest(printed).sums;
    expect([...(sums?.keys() ?? [])]).toEqual(files.map((file) => file.slice('in/'.length)));
    const plain = execFileSync('sha256sum', ['--zero', ...files], { cwd: folder, encoding: 'utf8' });
    const right = plain.split('\0').map((line) => line.slice(0, 64));
    expect([...(sums?.values() ?? [])]).toEqual(right.slice(0, -1));
  });
});

describe('what Windows prints', () => {
  // As Windows PowerShell 5.1 and PowerShell 7 lay it out (Microsoft Learn, Get-FileHash).
  const heads =
    'Algorithm       Hash                                                                   Path\n' +
    '---------       ----                                                                   ----\n';
  const row = (sum: string, path: string): string => `SHA256          ${sum}       ${path}\n`;
  const table = (...rows: string[]): string => `\r\n${heads}${rows.join('')}\r\n\r\n`;

  it('Get-FileHash as a table, in UTF-16 as `>` writes it', () => {
    const text = table(row(A, 'C:\\images\\Win 11.wim   '));
    const little = Buffer.from(`\uFEFF${text}`, 'utf16le');
    const big = Buffer.from(little).swap16();
    for (const bytes of [little, big, little.subarray(2), Buffer.from(text)]) {
      expect(read(decodeSumFile(bytes))).toEqual([['Win 11.wim', a]]);
    }
  });
  it('Get-FileHash of several files', () => {
    expect(read(table(row(A, 'C:\\x\\1.swm'), row(B, 'C:\\x\\2.swm')))).toEqual([
      ['1.swm', a],
      ['2.swm', b],
    ]);
  });
  it('a path that was cut off is no name; of several files nobody can say which is meant', () => {
    expect(read(table(row(A, 'C:\\Users\\ada\\Downloads\\Win11_24H2_...')))).toEqual([['', a]]);
    expect(problem(table(row(A, 'C:\\Users\\ada\\Do...'), row(B, 'C:\\Users\\ada\\Do...')))).toContain(
      'cut off',
    );
    expect(read(table(row(A, '')))).toEqual([['', a]]);
  });
  it('Get-FileHash as a list', () => {
    const list = `\r\n\r\nAlgorithm : SHA256\r\nHash      : ${A}\r\nPath      : C:\\images\\Win 11.wim\r\n\r\nAlgorithm : SHA256\r\nHash      : ${B}\r\nPath      : C:\\images\\Win10.wim\r\n\r\n`;
    expect(read(list)).toEqual([
      ['Win 11.wim', a],
      ['Win10.wim', b],
    ]);
    const wrapped = `Algorithm : SHA256\r\nHash      : ${A}\r\nPath      : C:\\a long folder\\Win\r\n            11.wim\r\n`;
    expect(read(wrapped)).toEqual([['', a]]);
  });
  it('Get-FileHash as CSV', () => {
    const csv = `#TYPE Microsoft.PowerShell.Utility.FileHash\r\n"Algorithm","Hash","Path"\r\n"SHA256","${A}","D:\\w\\Win 11.wim"\r\n`;
    expect(read(csv)).toEqual([['Win 11.wim', a]]);
    expect(read(csv.replaceAll('","', '";"'))).toEqual([['Win 11.wim', a]]);
  });
  it('certutil, of today and before Windows 10, and in another language', () => {
    const end = 'CertUtil: -hashfile command completed successfully.\r\n';
    const pairs = a.replace(/../g, '$& ').trim();
    expect(read(`SHA256 hash of C:\\x\\Win 11.wim:\r\n${a}\r\n${end}`)).toEqual([['Win 11.wim', a]]);
    expect(read(`SHA256 hash of file Win 11.wim:\r\n${pairs}\r\n${end}`)).toEqual([['Win 11.wim', a]]);
    const german = `SHA256-Hash von Win11.wim:\r\n${a}\r\nCertUtil: -hashfile-Befehl wurde erfolgreich ausgeführt.\r\n`;
    expect(read(german)).toEqual([['', a]]);
  });
  it('names in an old code page', () => {
    expect(read(decodeSumFile(Buffer.from(`${a}  Gerät.wim\r\n`, 'latin1')))).toEqual([['Gerät.wim', a]]);
  });
});

describe('what other tools write', () => {
  it.each([
    ['other algorithms before', `MD5(m.wim)= ${a.slice(32)}\nSHA256(m.wim)= ${a}\n`],
    ['bare sums of others', `${b.slice(32)}  m.wim\n${b.slice(24)}  m.wim\n${a}  m.wim\n`],
    ['name and colon', `m.wim: ${A}\n`],
    ['name first', `m.wim ${A}\n`],
    ['HashCheck', `${a} ?SHA256*m.wim\n`],
    [
      'a clear signature',
      `-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n${a}  m.wim\n-----BEGIN PGP SIGNATURE-----\n\niQ==\n-----END PGP SIGNATURE-----\n`,
    ],
  ])('%s', (_, text) => {
    expect(read(text)).toEqual([['m.wim', a]]);
  });
  it('the hash alone of Get-FileHash', () => {
    expect(read(`\r\nHash\r\n----\r\n${A}\r\n\r\n`)).toEqual([['', a]]);
  });
});

describe('what is refused', () => {
  it.each([
    ['nothing', '', 'contains no SHA-256'],
    ['a comment alone', '# nothing\n', 'contains no SHA-256'],
    ['another form', `${a}  Win11.wim\nhello\n`, 'does not know'],
    ['a short sum', `${a.slice(1)}  Win11.wim\n`, 'a sum of 63 digits'],
    ['a name with two sums', `${a}  Win11.wim\n${b}  Win11.wim\n`, 'two different sums'],
    ['a name with two sums, in two folders', `${a}  x/Win11.wim\n${b}  y/Win11.wim\n`, 'two different sums'],
    ['two sums without a name', `${a}\n${b}\n`, 'two different sums'],
    ['the heading of another algorithm', `BLAKE2s:\n${a}\n`, 'an BLAKE2S sum'],
    ['two sums, name first', `m.wim: ${a}\nm.wim ${b}\n`, 'two different sums'],
    ['MD5', `${a.slice(32)}  Win11.wim\n`, 'an MD5 sum, not a SHA-256'],
    ['SHA-512 of a BSD', `SHA512 (Win11.wim) = ${a}${a}\n`, 'an SHA512 sum, not a SHA-256'],
    ['Get-FileHash with SHA1', `Algorithm : SHA1\nHash : ${a.slice(24)}\nPath : x\n`, 'an SHA1 sum'],
  ])('%s', (_, text, words) => {
    expect(problem(text)).toContain(words);
  });
});
