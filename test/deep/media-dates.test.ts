import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PrestageError } from '../../core/base/errors';
import { TestApp } from '../support/app-service';
import { benchDrives, errorOf, type CliResult } from '../support/cli';
import { runHere } from '../support/command-line';
import { minisignKeys } from '../support/delivery';
import { removeArea, temporaryArea } from '../support/global-setup';
import { makeVariables, variablesFile } from '../support/media-variables';
import { present } from '../support/present';
import { benchState, makeBench } from '../support/virtual-bench';
import { makeMedia, type MadeMedia } from '../support/wim';

/** A recipe, its plan, and the dates of a media file: from a recipe, and from the media's own variables with its password. */

const guid = '{12345678-9ABC-DEF0-1234-56789ABCDEF0}';
const password = "Depot's & Söhne";
const day = (days: number): string =>
  new Date(Date.now() + days * 24 * 60 * 60 * 1000).toISOString().slice(0, 10);

let area: string;
let media: MadeMedia;
let passwordFile: string;
let recipe: string;
let state: string;
let bench: string;

beforeAll(async () => {
  area = temporaryArea('media-dates');
  state = join(area, 'state');
  bench = join(area, 'bench');
  await makeBench(bench, 1);
  // The certificate as Windows writes it, by OpenSSL: valid for twenty days.
  const at = (name: string): string => join(area, name);
  const openssl = (...args: string[]): Buffer =>
    execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'ignore'] });
  openssl(
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '20', '-subj', '/CN=media'],
    ...['-keyout', at('key.pem'), '-out', at('certificate.pem')],
  );
  writeFileSync(at('pfx-password'), guid.slice(0, 31));
  const pfx = openssl(
    ...['pkcs12', '-export', '-legacy', '-inkey', at('key.pem'), '-in', at('certificate.pem')],
    ...['-passout', `file:${at('pfx-password')}`],
  );
  const variables = makeVariables(
    {
      SMSTSLocationMPs: 'http://mp01.contoso.com*http://mp02.contoso.com',
      ...{ _SMSMediaGuid: guid, _SMSTSSiteCode: 'ABC', _SMSTSMediaPFX: pfx.toString('hex') },
    },
    password,
  );
  media = await makeMedia(join(area, 'media'), { extraFiles: { [variablesFile]: variables } });
  passwordFile = at('password');
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  recipe = at('recipe.yaml');
});
afterAll(() => {
  removeArea(area);
});

const inspect = (...more: string[]): Promise<CliResult> =>
  runHere(['media', 'inspect', media.path, '--json', ...more]);

describe('media recipe and media plan', () => {
  it('begin with a recipe that is planned as it is, and write over nothing', async () => {
    const made = await runHere(['media', 'recipe', recipe, '--json']);
    expect(made.status, made.stderr).toBe(0);
    const again = await runHere(['media', 'recipe', recipe]);
    expect(again.status).toBe(2);
    expect(again.stderr).toContain('already exists');
    const script = join(area, 'contoso.ps1');
    const plan = await runHere(['media', 'plan', recipe, '--output', script, '--json']);
    expect(plan.status, plan.stderr).toBe(0);
    const text = readFileSync(script, 'utf8');
    expect(text).toContain('New-CMPrestageMedia @media');
    expect(JSON.parse(plan.stdout)).toMatchObject({ path: script, script: text, notes: [] });
  });

  it('tell everything that is wrong with a recipe at once, each with its place', async () => {
    const wrong = join(area, 'wrong.yaml');
    const text = readFileSync(recipe, 'utf8')
      .replace('availability: media-pxe', 'availability: clients')
      .replace('http://mp01', 'https://mp01')
      .replace(/shipBy: \S+/, `shipBy: ${day(400)}`);
    writeFileSync(wrong, text);
    const plan = await runHere(['media', 'plan', wrong, '--output', join(area, 'wrong.ps1'), '--json']);
    expect(plan.status).toBe(3);
    const { code, cause } = errorOf(plan);
    expect(code).toBe('recipe-invalid');
    const line = (words: string): number => text.split('\n').findIndex((one) => one.includes(words)) + 1;
    expect((cause ?? '').split('\n')).toEqual([
      expect.stringMatching(
        new RegExp(`^line ${line('availability: clients')}, column 17: deployment.availability is clients`),
      ),
      expect.stringMatching(new RegExp(`^line ${line('- https://mp01')}, column 9: .* begins with https`)),
      expect.stringMatching(new RegExp(`^line ${line('end: ')}, column 10: .* ship-by day`)),
    ]);
    expect(readdirSync(area)).not.toContain('wrong.ps1');
  });
});

describe('media inspect', () => {
  it('opens the dates with the password of the media, and leaves none of it anywhere', async () => {
    const run = await inspect('--media-password-file', passwordFile);
    expect(run.status, run.stderr).toBe(0);
    const pem = readFileSync(join(area, 'certificate.pem'));
    const end = execFileSync('openssl', ['x509', '-noout', '-enddate'], { input: pem }).toString();
    expect(JSON.parse(run.stdout)).toMatchObject({
      dates: {
        certificateEnd: new Date(end.trim().replace('notAfter=', '')).toISOString(),
        ...{ shipBy: null, site: 'ABC' },
        managementPoints: ['http://mp01.contoso.com', 'http://mp02.contoso.com'],
      },
      mediaGuid: guid,
    });
    expect(run.stderr).toContain('warning: The certificate of the media ends on');
    expect(`${run.stdout}${run.stderr}`).not.toContain(password);
  });

  it('refuses a password that is wrong, one that others may read, and a media file without variables', async () => {
    const wrong = join(area, 'wrong-password');
    writeFileSync(wrong, 'Depot', { mode: 0o600 });
    expect(errorOf(await inspect('--media-password-file', wrong)).code).toBe('media-password-wrong');
    chmodSync(wrong, 0o640);
    expect(errorOf(await inspect('--media-password-file', wrong))).toMatchObject({
      code: 'media-password-unsafe',
      message: expect.stringContaining('mode 0640') as string,
    });
    const plain = await makeMedia(join(area, 'plain'), { smallFiles: 3 });
    execFileSync('wimlib-imagex', ['update', plain.path, '1', '--command', 'delete --recursive /SMS']);
    const without = await runHere([
      'media',
      'inspect',
      plain.path,
      '--json',
      '--media-password-file',
      passwordFile,
    ]);
    expect(errorOf(without).code).toBe('media-variables-missing');
  });
});

describe('a batch that would come too late', () => {
  const apply = async (...more: string[]): Promise<CliResult> => {
    const [drive] = await benchDrives(bench);
    return await runHere([
      ...['apply', '--media', media.path, '--bench', bench, '--state', state, '--yes', '--json'],
      ...['--drive', `${present(drive).id}=7KX9PQ1`, ...more],
    ]);
  };

  it('is stopped before anything is erased, by the recipe and by the order that ships after the certificate', async () => {
    const before = benchState(bench);
    const ended = join(area, 'ended.yaml');
    writeFileSync(
      ended,
      readFileSync(recipe, 'utf8')
        .replace(/( start: )\S+/, '$12020-01-01T00:00:00Z')
        .replace(/( end: )\S+/, '$12021-01-01T00:00:00Z'),
    );
    expect(errorOf(await apply('--recipe', ended))).toMatchObject({
      code: 'media-too-late',
      message: 'The certificate of the media ended on 2021-01-01: no machine with it can sign in.',
    });

    const order = join(area, 'order.csv');
    writeFileSync(order, `order,ship by,serial\nWO-1,${day(30)},7KX9PQ1\n`);
    const opened = await runHere(['order', 'open', order, '--recipe', ended, '--state', state, '--json']);
    expect(opened.status, opened.stderr).toBe(0);
    expect(opened.stderr).toContain(
      'warning: Contoso Windows 11: The certificate of the media ended on 2021-01-01:',
    );
    const late = await apply('--media-password-file', passwordFile);
    expect(errorOf(late).message).toMatch(
      new RegExp(`but the work order ships until ${day(30)}: those machines could not`),
    );
    expect(benchState(bench)).toBe(before);
    const log = join(state, 'logs');
    const kept = readdirSync(state, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
    for (const { parentPath, name } of kept) {
      expect(readFileSync(join(parentPath, name), 'latin1'), log).not.toContain(
        Buffer.from(password).toString('latin1'),
      );
    }
  });

  it('is told of when the media is received and when the order is opened, by its manifest, which stops it', async () => {
    const own = join(area, 'manifest-state');
    const dated = join(area, 'dated.yaml');
    writeFileSync(
      dated,
      readFileSync(recipe, 'utf8')
        .replace(/( end: )\S+/, `$1${day(20)}T00:00:00Z`)
        .replace(/shipBy: \S+/, `shipBy: ${day(19)}`),
    );
    const keys = await minisignKeys(area, 'contoso');
    const sent = await runHere([
      ...['media', 'send', media.path, '--to', join(area, 'sent'), '--key', keys.secret, '--recipe', dated],
      ...['--name', 'Contoso', '--json'],
    ]);
    expect(sent.status, sent.stderr).toBe(0);
    await runHere(['key', 'trust', 'Contoso', '--public-key', keys.public, '--state', own]);
    const soon = new RegExp(
      `^The certificate of the media ends on ${day(20)}, (?:18|19|20) days from now\\.$`,
    );
    const received = await runHere(['media', 'receive', join(area, 'sent'), '--state', own, '--json']);
    expect(JSON.parse(received.stdout), received.stderr).toMatchObject({
      result: 'received',
      warnings: [expect.stringMatching(soon)],
    });
    expect(received.stderr).toContain('warning: The certificate of the media ends on');

    // What the media itself says, with its password, is kept beside it.
    const again = await runHere([
      ...['media', 'receive', join(area, 'sent'), '--state', own, '--json'],
      ...['--media-password-file', passwordFile],
    ]);
    expect(JSON.parse(again.stdout), again.stderr).toMatchObject({
      result: 'here',
      media: { dates: { managementPoints: expect.arrayContaining(['http://mp02.contoso.com']) as string[] } },
    });

    const order = join(area, 'dated-order.csv');
    const sha256 = createHash('sha256').update(readFileSync(media.path)).digest('hex');
    writeFileSync(order, `order,ship by,media sha256,serial\nWO-2,${day(30)},${sha256},7KX9PQ1\n`);
    const opened = await runHere(['order', 'open', order, '--state', own, '--json']);
    const late = `The certificate of the media ends on ${day(20)}, but the work order ships until ${day(30)}: those machines could not sign in.`;
    expect(JSON.parse(opened.stdout), opened.stderr).toMatchObject({
      warnings: [
        { line: null, message: expect.stringMatching(new RegExp(`^Contoso .*: ${late}$`)) as string },
        { line: null, message: expect.stringContaining(`must leave the depot by ${day(19)}`) as string },
      ],
    });

    const before = benchState(bench);
    const [drive] = await benchDrives(bench);
    const stopped = await runHere([
      ...['apply', '--media', 'Contoso', '--bench', bench, '--state', own, '--yes', '--json'],
      ...['--drive', `${present(drive).id}=7KX9PQ1`],
    ]);
    expect(errorOf(stopped)).toMatchObject({ code: 'media-too-late', message: late });
    expect(benchState(bench)).toBe(before);
  });

  it('is stopped in the app, too, which shows what it read with the password', async () => {
    const app = await TestApp.open(state, bench);
    try {
      app.service.media.select(media.path);
      const sha256 = createHash('sha256').update(readFileSync(media.path)).digest('hex');
      await app.handlers.expectHash({ sha256 });
      await app.until(({ media: { status } }) => status === 'proved', 'a proved media file');
      await expect(app.handlers.readDates({ password: 'wrong' })).rejects.toThrow(PrestageError);
      await app.handlers.readDates({ password });
      await app.until(({ media: one }) => 'dates' in one && one.dates?.site === 'ABC', 'its dates');
      expect(app.state.order?.shipBy).toBe(day(30));
      await app.handlers.setBatch({ operator: 'Ada Byron' });
      await app.until(({ drives }) => drives.listed, 'the drives');
      const before = benchState(bench);
      const driveId = present(app.state.drives.drives[0]).id;
      await app.handlers.pair({ machineSerial: '7KX9PQ1', driveId });
      await app.handlers.arm({ armed: true });
      await expect(app.handlers.start({ driveIds: [driveId] })).rejects.toThrow(/the work order ships until/);
      expect(benchState(bench)).toBe(before);
      // A recipe counts beside it.
      await app.handlers.selectRecipe({ path: recipe });
      await app.until(
        ({ media: one }) => 'dates' in one && one.dates?.shipBy === day(270),
        'the ship-by day of the recipe',
      );
      // Who opens the next order is told at once.
      await app.handlers.unpair({ driveId });
      await app.handlers.exceptOrder({ machineSerial: '7KX9PQ1', reason: 'for another day' });
      await app.handlers.closeOrder({});
      const text = `ship by,serial\n${day(30)},7KX9PQ2\n`;
      const { warnings } = await app.handlers.openOrder({ number: 'WO-3', text });
      expect(warnings).toContainEqual(expect.stringContaining(`but the work order ships until ${day(30)}`));
    } finally {
      await app.service.close();
    }
    expect(statSync(passwordFile).mode & 0o777).toBe(0o600);
  });
});
