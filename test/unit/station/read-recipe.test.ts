import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PrestageError } from '../../../core/base/errors';
import { parseRecipe, readRecipe, withAbsolutePaths } from '../../../station/recipe/read-recipe';
import { startingRecipe } from '../../../station/recipe/starting-recipe';
import { temporaryArea } from '../../support/global-setup';

const shortest = `name: Contoso
version: '1.10'
bootImage: { file: boot.wim }
operatingSystem: { file: install.wim, index: 3 }
`;

/** Every problem, a line each, as the error tells them. */
function problemsOf(text: string): string[] {
  try {
    parseRecipe(text, '/media/recipe.yaml');
  } catch (error) {
    if (!(error instanceof PrestageError)) throw error;
    expect(error.code).toBe('recipe-invalid');
    const only = /^The recipe recipe\.yaml cannot be used: (.*)\.$/.exec(error.message)?.[1];
    return only === undefined ? (error.data.cause ?? '').split('\n') : [only];
  }
  return [];
}

describe('a recipe', () => {
  it('that Prestage wrote to start from is read without a problem', () => {
    const { recipe } = parseRecipe(startingRecipe(new Date('2026-11-29T00:00:00Z')), '/media/recipe.yaml');
    expect(recipe).toMatchObject({
      ...{ name: 'Contoso Windows 11', version: '2026.11', revision: 1, layout: 'configmgr-uefi' },
      applications: [{ id: 'ABC00011', name: '7-Zip', version: '24.08', folder: 'content/7zip' }],
      deployment: { availability: 'media-pxe', certificate: { kind: 'self-signed' }, shipBy: '2027-08-26' },
      mediaFile: '\\\\files.contoso.com\\media\\contoso-windows-11.wim',
    });
  });

  it('may leave out what has a default', () => {
    const { recipe } = parseRecipe(shortest, '/media/recipe.yaml');
    expect(recipe).toEqual({
      ...{ name: 'Contoso', version: '1.10', revision: 1, layout: 'uefi' },
      ...{ bootImage: { file: 'boot.wim', index: 1 }, operatingSystem: { file: 'install.wim', index: 3 } },
      ...{ packages: [], applications: [], driverPackages: [], driverPacks: [], bootLoader: 'as-is' },
    });
  });

  it('has its paths from its own folder on', () => {
    const text = `${shortest}packages: [{ id: ABC00001, name: a, folder: ../content/a }]\n`;
    const recipe = withAbsolutePaths(parseRecipe(text, '/media/contoso/recipe.yaml'));
    expect(recipe.bootImage.file).toBe('/media/contoso/boot.wim');
    expect(recipe.operatingSystem.file).toBe('/media/contoso/install.wim');
    expect(recipe.packages[0]?.folder).toBe('/media/content/a');
  });

  it('is refused with every problem and its place, not only the first', () => {
    const text = `name: 5
version: 1.10
revision: x
bootImage: []
operatingSystem: { file: 3, indx: 1, index: 0 }
packages:
  - id: abc
    name: "a\\u0007b"
foo: 1
deployment: { certificate: 3, availability: all, shipBy: 2027-02-31 }
`;
    expect(problemsOf(text)).toEqual([
      'line 1, column 7: name must be a text: put 5 in quotation marks',
      'line 2, column 10: version must be a text: put 1.1 in quotation marks',
      "line 3, column 11: revision must be a number, and is 'x'",
      'line 4, column 12: bootImage must be a group of members with names, and is a list',
      'line 5, column 26: operatingSystem.file must be a text: put 3 in quotation marks',
      "line 5, column 29: operatingSystem has no member 'indx'",
      'line 5, column 45: operatingSystem.index must be 1 or more',
      "line 7, column 9: packages[1].id must be 8 capital letters and digits, such as ABC00012, and is 'abc'",
      'line 8, column 11: packages[1].name must be one line of visible characters, without blanks at its ends or two blanks in a row',
      "line 9, column 1: a recipe has no member 'foo'",
      'line 10, column 13: deployment.siteCode is missing',
      'line 10, column 13: deployment.taskSequence is missing',
      'line 10, column 13: deployment.purpose is missing',
      'line 10, column 13: deployment.managementPoints is missing',
      'line 10, column 13: deployment.distributionPoints is missing',
      'line 10, column 28: deployment.certificate must be a group of members with names, and is 3',
      "line 10, column 45: deployment.availability must be one of clients, clients-media-pxe, media-pxe, media-pxe-hidden, and is 'all'",
      "line 10, column 58: deployment.shipBy must be a day, such as 2027-01-31, and is '2027-02-31'",
    ]);
  });

  it.each([
    [
      'a tab',
      'name: a\nbootImage:\n\tfile: b\n',
      'line 3, column 1: a tab is used to indent: YAML takes blanks only',
    ],
    ['a member twice', `${shortest}name: b\n`, 'line 5, column 1: this member is there twice'],
    [
      'a tag',
      `${shortest}comment: !!js/function "x"\n`,
      'line 5, column 10: a tag (!…) is used, which a recipe cannot have',
    ],
    [
      'two documents',
      `${shortest}---\nname: b\n`,
      'line 5, column 1: a second document begins here: a recipe has one',
    ],
    ['a merge key', `${shortest}<<: { comment: a }\n`, "line 5, column 1: a recipe has no member '<<'"],
    [
      'a prototype',
      `${shortest}__proto__: { comment: a }\n`,
      "line 5, column 1: a recipe has no member '__proto__'",
    ],
    [
      'a list',
      '- name: a\n',
      'line 1, column 1: a recipe must be a group of members with names, and is a list',
    ],
    [
      'an open quotation mark',
      `${shortest}comment: "a\n`,
      /^line 6, column 1: this is not valid YAML: .*quote$/,
    ],
  ])('with %s is refused with the line', (_name, text, problem) => {
    const [first = '', ...others] = problemsOf(text);
    if (typeof problem === 'string') expect(first).toBe(problem);
    else expect(first).toMatch(problem);
    expect(others).toEqual([]);
  });

  it.each([
    [
      'unfolds its aliases',
      `x: &a [1,1,1,1,1,1,1,1,1]\ny: &b [${'*a,'.repeat(9)}]\nz: &c [${'*b,'.repeat(9)}]\nw: [${'*c,'.repeat(9)}]\n`,
      /aliases/,
    ],
    ['is nested', '['.repeat(200_000), /nested too deeply/],
    ['is nested in groups', `${'{a: '.repeat(50_000)}1${'}'.repeat(50_000)}`, /nested too deeply/],
    ['is nested in a line of dashes', '- '.repeat(400_000), /nested too deeply/],
    [
      'has members without end',
      Array.from({ length: 90_000 }, (_, at) => `k${at}: 1`).join('\n'),
      /more than 500 members/,
    ],
  ])('that %s ends neither the memory nor the day', (_name, text, problem) => {
    const before = performance.now();
    expect(problemsOf(text)).toEqual([expect.stringMatching(problem)]);
    expect(performance.now() - before).toBeLessThan(5000);
  });

  it('takes no text that shows as another, in any of its texts', () => {
    const hostile = [
      'a\u202Eb',
      'a\u200Bb',
      'a\u0000b',
      'a\u001B[31mb',
      'a\nb',
      'a\u2028b',
      ' a',
      'a ',
      'a  b',
      'e\u0301',
    ];
    const recipe = (value: string): string =>
      JSON.stringify({
        ...{ name: value, version: value, comment: value, createdBy: value },
        ...{ bootImage: {}, operatingSystem: {} },
        packages: [{ id: 'ABC00001', name: value, version: value }],
      });
    for (const text of hostile) {
      const names = problemsOf(recipe(text)).map((problem) => /: (\S+) must be one line/.exec(problem)?.[1]);
      expect(names, JSON.stringify(text)).toEqual([
        ...['name', 'version', 'comment', 'createdBy', 'packages[1].name', 'packages[1].version'],
      ]);
    }
    for (const path of ['a\u202Eb', 'a\u0000b', 'a\nb']) {
      const text = JSON.stringify({
        ...{ name: 'a', version: 'a', mediaFile: path },
        ...{ bootImage: { file: path }, operatingSystem: { file: path } },
        packages: [{ id: 'ABC00001', name: 'a', folder: path }],
      });
      expect(problemsOf(text)).toHaveLength(4);
    }
  });
});

describe('a file that is no recipe', () => {
  const refusal = (file: string): string => {
    try {
      readRecipe(file);
    } catch (error) {
      if (error instanceof PrestageError && error.code === 'recipe-unreadable') return error.message;
      throw error;
    }
    return 'was read';
  };

  it('is refused in its own words', () => {
    const folder = temporaryArea('recipe');
    const file = join(folder, 'recipe.yaml');
    expect(refusal(file)).toBe('The recipe recipe.yaml is not there.');
    writeFileSync(file, Buffer.from([0x6e, 0xff, 0xfe]));
    expect(refusal(file)).toBe('The recipe recipe.yaml is not a text in UTF-8.');
    truncateSync(file, 1024 * 1024 + 1);
    expect(refusal(file)).toBe('The recipe recipe.yaml is larger than 1 MiB.');
    mkdirSync(join(folder, 'folder'));
    expect(refusal(join(folder, 'folder'))).toBe('The recipe folder is not a file.');
    writeFileSync(file, `\uFEFF${shortest}`);
    expect(readRecipe(file).recipe.name).toBe('Contoso');
  });
});
