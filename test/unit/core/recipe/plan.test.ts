import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { planScript } from '../../../../core/recipe/plan-script';
import { recipeSchema, type Recipe } from '../../../../core/recipe/recipe';
import { planComplaints, planNotes, soundnessComplaints } from '../../../../core/recipe/recipe-rules';

const now = new Date('2026-11-29T12:00:00Z');

interface Change {
  readonly recipe?: object;
  readonly deployment?: object;
}

/** A recipe that can be planned, with changes. */
function recipe({ recipe: top = {}, deployment = {} }: Change = {}): Recipe {
  return recipeSchema.parse({
    ...{ name: 'Contoso', version: '1.10' },
    ...{ bootImage: { packageId: 'ABC00005' }, operatingSystem: { packageId: 'ABC00006', index: 3 } },
    packages: [{ id: 'ABC00010', name: 'Client' }],
    deployment: {
      ...{ siteCode: 'ABC', taskSequence: 'ABC00020', collection: 'ABC00030' },
      ...{ availability: 'media-pxe', purpose: 'available' },
      managementPoints: { mode: 'site-based', urls: ['http://mp01.contoso.com'] },
      distributionPoints: ['dp01.contoso.com'],
      certificate: { kind: 'self-signed', start: '2026-12-01T00:00:00Z', end: '2027-12-01T00:00:00Z' },
      shipBy: '2027-09-30',
      ...deployment,
    },
    mediaFile: 'D:\\media\\contoso.wim',
    ...top,
  });
}

const hidden = { availability: 'media-pxe-hidden', preferredDeployment: 'ABC20005', unattended: true };

const complete = recipe({
  recipe: {
    ...{ comment: "The depot's own", createdBy: 'Deployment team', mediaFile: undefined },
    packages: [
      { id: 'ABC00010', name: 'Client' },
      { id: 'ABC00013', name: 'Root certificates' },
    ],
    applications: [{ id: 'ABC00011', name: '7-Zip' }],
    driverPackages: [{ id: 'ABC00012', name: 'Latitude 5450' }],
  },
  deployment: {
    ...hidden,
    ...{ purpose: 'required', unknownComputers: true, passwordProtected: false },
    managementPoints: {
      mode: 'dynamic',
      urls: ['https://mp01.contoso.com', 'https://mp02.contoso.com:8443/'],
    },
    distributionPoints: ['dp01.contoso.com', 'dp02.contoso.com'],
    certificate: { kind: 'pki', file: 'C:\\certificates\\media.pfx', end: '2027-12-01T00:00:00Z' },
  },
});

describe('the script of a plan', () => {
  it.each([
    ['shortest', recipe()],
    ['complete', complete],
  ])('of the %s recipe is the golden one', async (name, one) => {
    expect(planComplaints(one, now)).toEqual([]);
    await expect(planScript(one)).toMatchFileSnapshot(`golden/${name}.ps1`);
  });

  it('asks for passwords and holds none', () => {
    expect(planScript(recipe())).toContain(
      "$mediaPassword = Read-Host -AsSecureString -Prompt 'Password of the media'",
    );
    expect(planScript(complete)).toContain('$certificatePassword = Read-Host -AsSecureString');
    expect(planScript(complete)).not.toContain('MediaPassword');
  });

  /** What is left of a script without its literals: what PowerShell runs. */
  const code = (script: string): string =>
    script
      .replace(/\('(?:''|[^'])*'(?: \+ (?:\[char\]0x[0-9a-f]{4}|'(?:''|[^'])*'))+\)/g, "''")
      .replace(/'(?:''|[^'])*'/g, "''");

  it.each([
    ["'; Remove-Item C:\\ -Recurse #"],
    ['\u2019; calc; \u2018'],
    ['$(calc)'],
    ["a' + (calc) + 'b"],
    ['"; calc; "'],
    ['`0`'],
    ['\u201A'],
    ['\u201B'],
    ['\u0452'],
    ['日本'],
    ["''''"],
    ['#>'],
    ['@'],
    ['--%'],
    ["'@"],
  ])('is the same code whatever its texts are: %s', (hostile) => {
    const named = (text: string, path: string): Recipe =>
      recipe({
        recipe: {
          ...{
            name: 'Contoso',
            version: text,
            comment: text,
            createdBy: text,
            mediaFile: `D:\\${path}\\a.wim`,
          },
          packages: [{ id: 'ABC00010', name: text }],
          applications: [{ id: 'ABC00011', name: text }],
          driverPackages: [{ id: 'ABC00012', name: text }],
        },
        deployment: { certificate: { kind: 'pki', file: `C:\\${path}` } },
      });
    const script = planScript(named(hostile, hostile.replace(/["\\]/g, '')));
    expect(script).toMatch(/^[\n\x20-\x7e]*$/);
    expect(code(script)).toBe(code(planScript(named('harmless', 'harmless'))));
  });

  it('is one that PowerShell reads without an error', ({ skip }) => {
    if (spawnSync('pwsh', ['-v']).status !== 0) skip('there is no PowerShell here');
    const parse =
      '$e = $null; [void][Management.Automation.Language.Parser]::ParseInput([Console]::In.ReadToEnd(), [ref]$null, [ref]$e); $e.Count';
    const { stdout } = spawnSync('pwsh', ['-NoProfile', '-Command', parse], { input: planScript(complete) });
    expect(stdout.toString().trim()).toBe('0');
  });
});

describe('a plan', () => {
  const said = (change: Change): string[] =>
    planComplaints(recipe(change), now).map(({ message }) => message);
  const deployment = (change: object): string[] => said({ deployment: change });
  const certificate = (one: object, shipBy?: string): string[] =>
    deployment({ certificate: { kind: 'self-signed', ...one }, shipBy });

  it.each([
    [
      'clients',
      { availability: 'clients' },
      /^deployment.availability is clients: a machine that starts from a media file never sees/,
    ],
    [
      'a hidden deployment that nobody names',
      { ...hidden, preferredDeployment: undefined },
      /preferredDeployment is missing: nobody can choose/,
    ],
    ['a hidden deployment that asks', { ...hidden, unattended: false }, /unattended is not true/],
    ['no deployment that is meant', { collection: undefined }, /^deployment.collection is missing/],
    [
      'https without the PKI',
      { managementPoints: { mode: 'dynamic', urls: ['http://a', 'https://b'] } },
      /^deployment.managementPoints.urls\[2\] begins with https: .* PKI/,
    ],
    [
      'two site-based management points',
      { managementPoints: { mode: 'site-based', urls: ['http://a', 'http://b'] } },
      /asks one management point, and 2 are named/,
    ],
    [
      'a management point twice',
      { managementPoints: { mode: 'dynamic', urls: ['http://a', 'http://A/'] } },
      /urls\[2\] is there twice/,
    ],
    [
      'a PFX that is no path of Windows',
      { certificate: { kind: 'pki', file: 'media.pfx' } },
      /^deployment.certificate.file must be a whole path/,
    ],
  ])('refuses %s', (_name, change, expected) => {
    expect(deployment(change)).toEqual([expect.stringMatching(expected)]);
  });

  it('compares the certificate with the ship-by day to the end of that day', () => {
    expect(certificate({ end: '2027-10-01T00:00:00Z' }, '2027-09-30')).toEqual([]);
    expect(certificate({ end: '2027-09-30T23:59:59Z' }, '2027-09-30')).toEqual([
      'deployment.certificate.end is before the end of the ship-by day 2027-09-30: the last machines could not sign in',
    ]);
    expect(certificate({ end: '2027-09-01T00:00:00Z' }, '2027-09-30')).toEqual([
      expect.stringContaining('by 30 days'),
    ]);
    expect(certificate({}, '2027-11-20')).toEqual([]);
    expect(certificate({}, '2027-12-20')).toEqual([expect.stringContaining('the site then takes one year')]);
    expect(certificate({ start: '2027-02-01T00:00:00Z' }, '2027-01-01')).toEqual([
      expect.stringContaining('start is after'),
    ]);
    expect(certificate({ start: '2027-02-01T00:00:00Z', end: '2027-02-01T00:00:00Z' })).toEqual([
      expect.stringContaining('is not after its start'),
    ]);
    expect(certificate({ end: '2026-11-29T12:00:00Z' })).toEqual([
      expect.stringContaining('lies in the past'),
    ]);
  });

  it('tells everything at once', () => {
    const all = said({
      recipe: { bootImage: {}, operatingSystem: {}, mediaFile: 'contoso.wim' },
      deployment: {
        availability: 'clients',
        collection: undefined,
        certificate: { kind: 'self-signed', end: '2020-01-01T00:00:00Z' },
      },
    });
    expect(all).toHaveLength(7);
  });

  it('is only for a site', () => {
    expect(said({ recipe: { deployment: undefined } })).toEqual([
      expect.stringMatching(/^deployment is missing.*media create$/),
    ]);
  });

  it.each([
    ['contoso.wim', /whole path/],
    ['/media/contoso.wim', /whole path/],
    ['D:\\media\\contoso', /must end with .wim/],
    ['D:\\media\\con.wim', /'con.wim', which is the name of a Windows device/],
    ['D:\\media.\\a.wim', /'media.', which ends with a space or a dot/],
    ['D:\\a?b\\a.wim', /has a character that Windows file names cannot have \(\?\)/],
    ['D:\\a\\\\b.wim', /is empty/],
    ['\\\\server\\share', /whole path/],
    ['\\\\?\\C:\\a.wim', /without|cannot have/],
  ])('refuses the media file %s', (mediaFile, problem) => {
    expect(said({ recipe: { mediaFile } })).toEqual([expect.stringMatching(problem)]);
  });

  it('only notes what may be meant so', () => {
    const notes = (change: object): string[] => planNotes(recipe({ deployment: change }), now);
    expect(planNotes(recipe(), now)).toEqual([]);
    expect(notes({ availability: 'clients-media-pxe', purpose: 'required' })).toEqual([
      expect.stringContaining('every computer'),
    ]);
    expect(notes({ unattended: true })).toHaveLength(2);
    expect(notes({ certificate: { kind: 'pki', file: 'C:\\a.pfx' } })).toHaveLength(2);
    expect(notes({ shipBy: undefined })).toEqual([expect.stringContaining('no ship-by day')]);
    expect(planNotes(recipe({ recipe: { packages: [] } }), now)).toEqual([
      expect.stringContaining('distribution point'),
    ]);
  });
});

describe('a recipe of any kind', () => {
  it('has each ID once, and a name that Windows can hold', () => {
    const complaints = (change: object): string[] =>
      soundnessComplaints(recipe({ recipe: change })).map(({ message }) => message);
    expect(complaints({})).toEqual([]);
    expect(complaints({ name: 'nul', applications: [{ id: 'ABC00010', name: 'a' }] })).toEqual([
      'name is the name of a Windows device',
      'applications[1].id is ABC00010, which packages[1].id has already',
    ]);
    for (const name of ['a:b', 'a.', 'COM1', 'lpt9.txt', 'a|b', 'a"b']) {
      expect(complaints({ name }), name).toHaveLength(1);
    }
  });
});
