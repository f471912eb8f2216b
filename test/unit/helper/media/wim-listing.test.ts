import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ListingCheck,
  problemLimit,
  wimlibWarnings,
  type ListingReport,
} from '../../../../core/media/wim-listing';

/** As `wimlib-imagex dir` prints it: a folder before what is in it. */
const honest = [
  '/',
  '/EFI',
  '/EFI/Boot',
  '/EFI/Boot/bootx64.efi',
  '/EFI/Microsoft',
  '/EFI/Microsoft/Boot',
  '/EFI/Microsoft/Boot/BCD',
  '/Program Files (x86)',
  "/Program Files (x86)/it's #1; 100% [a]{b} ~`$x",
  '/sources',
  '/sources/boot.wim',
  '/Windows',
  '/Windows/Grüße – Привет 你好 🎛.txt',
  '/Windows/..leading dots.txt',
];

function checkListing(lines: Iterable<string>, warnings: readonly string[]): ListingReport {
  const check = new ListingCheck();
  for (const line of lines) check.push(line);
  return check.finish(warnings);
}

const firstProblem = (lines: string[], warnings: string[] = []): unknown =>
  checkListing(lines, warnings).problems[0];

describe('a listing', () => {
  it('finds nothing in an honest listing', () => {
    expect(checkListing(honest, [])).toEqual({ problems: [], notes: [] });
    expect(checkListing(['/'], [])).toEqual({ problems: [], notes: [] });
  });

  it.each([
    ['/..', 'would leave its folder'],
    ['/Windows/../x', 'does not exist'],
    ['/.', 'would leave its folder'],
    ['//etc', 'does not exist'],
    ['/Windows/', 'empty name'],
    ['etc', 'not below the root'],
    ['', 'not below the root'],
    ['/nowhere/file', 'does not exist'],
    ['/Windows/a\\b', '(\\)'],
    ['/C:', '(:)'],
    ['/a<b', '(<)'],
    ['/a>b', '(>)'],
    ['/a"b', '(")'],
    ['/a|b', '(|)'],
    ['/a?b', '(?)'],
    ['/a*b', '(*)'],
    ['/a\u0007b', 'control character 7'],
    ['/Windows/..leading dots.txt', 'twice'],
    [`/${'n'.repeat(256)}`, 'longer than 255'],
  ])('refuses %j', (line, what) => {
    expect(firstProblem([...honest, line])).toEqual({
      path: line,
      what: expect.stringContaining(what) as string,
    });
  });

  it('takes a name of 255 characters', () => {
    expect(checkListing(['/', `/${'n'.repeat(255)}`], []).problems).toEqual([]);
  });

  // Recorded from wimlib-imagex 1.13.5.
  it.each([
    ['Ignoring file named "." or ".." in directory "/Odd"', '/Odd', 'leave its folder'],
    [
      'Ignoring duplicate file "/Odd/twin2" (the WIM image already contains a file at that path with the exact same name)',
      '/Odd/twin2',
      'twice',
    ],
    ['Ignoring unnamed file in directory "/Odd"', '/Odd', 'without a name'],
    ['Ignoring filename with embedded null character in directory "/Odd"', '/Odd', 'NUL'],
    ['Ignoring children of non-directory file "/Odd/plain"', '/Odd/plain', 'is a file but contains files'],
    ['The root directory has a nonempty name; removing it.', '/', 'name of its own'],
  ])('refuses what wimlib says: %s', (warning, path, what) => {
    expect(firstProblem(honest, [warning])).toEqual({ path, what: expect.stringContaining(what) as string });
  });

  it('passes on other warnings, cleaned', () => {
    const { problems, notes } = checkListing(honest, ['Ignoring invalid\u001b[31m boot index.']);
    expect(problems).toEqual([]);
    expect(notes).toEqual(['wimlib: Ignoring invalid[31m boot index.']);
  });

  it('notes what NTFS holds but programs stumble over, and refuses none of it', () => {
    const { problems, notes } = checkListing(
      [
        ...honest,
        '/Windows/..Leading Dots.txt',
        '/ends with space ',
        '/ends with dot.',
        '/aux.c',
        '/NUL',
        '/null.txt',
      ],
      [],
    );
    expect(problems).toEqual([]);
    expect(notes).toEqual([
      '1 name differs from another in the same folder only in upper and lower case, for example /Windows/..Leading Dots.txt',
      '2 names with a space or a dot at the end, for example /ends with space',
      '2 names reserved for Windows devices, for example /aux.c',
    ]);
  });

  it('does not take two names that are not Unicode for the same', () => {
    expect(checkListing(['/', '/a\uFFFD', '/a\uFFFD'], []).problems).toEqual([]);
  });

  it('stops reporting after a while', () => {
    expect(checkListing(Array(1000).fill('x'), []).problems).toHaveLength(problemLimit);
  });

  it('never throws, and never passes a way out of a folder', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'binary' }), { maxLength: 8 }),
        fc.array(fc.string(), { maxLength: 2 }),
        (lines, warnings) => {
          checkListing(lines, warnings);
          expect(checkListing(['/', ...lines, '/..'], warnings).problems.length).toBeGreaterThan(0);
        },
      ),
    );
  });
});

describe('wimlibWarnings', () => {
  it('takes warnings from standard error and nothing else', () => {
    const stderr =
      '\r[WARNING] Ignoring file named "." or ".." in directory "/Odd"\n' +
      '\r[ERROR] Directory structure too deep!\nERROR: Exiting with error code 21:\n       The metadata resource is invalid.\n';
    expect(wimlibWarnings(stderr)).toEqual(['Ignoring file named "." or ".." in directory "/Odd"']);
    expect(wimlibWarnings('')).toEqual([]);
  });
});
