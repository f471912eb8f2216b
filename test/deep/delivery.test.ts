import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { createHash, randomBytes, X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { mediaForgetForm } from '../../station/cli/media-library-command';
import { mediaReceiveForm } from '../../station/cli/media-receive-command';
import { mediaSendForm } from '../../station/cli/media-send-command';
import { mediaManifestSchema, type MediaManifest } from '../../core/delivery/manifest';
import { benchDrives, errorOf, reportOf, runCli, type CliResult } from '../support/cli';
import { runHere } from '../support/command-line';
import {
  atTerminal,
  captureTree,
  copyDelivery,
  makeContent,
  minisignKeys,
  run,
  type KeyPair,
} from '../support/delivery';
import { removeArea, temporaryArea } from '../support/global-setup';
import { makeBench } from '../support/virtual-bench';
import { makeMedia } from '../support/wim';
import { killWithHelper } from '../support/power-cut';
import { present } from '../support/present';

/**
 * A media file on its way from the enterprise to the depot's library, through the front door: minisign, openssl and cmp(1) judge what
 * Prestage writes and believes.
 */

let area: string;
let state: string;
/** Two revisions of a media file, the second with one file of ten changed. */
let first: string;
let second: string;
let keys: KeyPair;
/** The first revision, in parts of 1 MiB. */
let sent: string;
/** The first revision, received in `state`. */
let firstReceived: z.infer<typeof mediaReceiveForm>;

const at = (...names: string[]): string => join(area, ...names);
const sha256 = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');

const send = async (file: string, to: string, revision: number, ...more: string[]): Promise<CliResult> =>
  await runHere([
    ...['media', 'send', file, '--to', to, '--name', 'Contoso', '--media-version', `24H2-${revision}`],
    ...['--revision', String(revision), '--json', ...more],
  ]);
const receive = async (folder: string, stateFolder: string, ...more: string[]): Promise<CliResult> =>
  await runHere([
    'media',
    'receive',
    folder,
    '--state',
    stateFolder,
    '--json',
    '--operator',
    'tess',
    ...more,
  ]);
const trust = async (name: string, stateFolder: string, ...key: string[]): Promise<CliResult> =>
  await runHere(['key', 'trust', name, ...key, '--state', stateFolder, '--json']);
const received = (result: CliResult): z.infer<typeof mediaReceiveForm> => {
  if (result.stdout === '') throw new Error(result.stderr);
  return mediaReceiveForm.parse(JSON.parse(result.stdout));
};
const manifestOf = (folder: string): MediaManifest =>
  mediaManifestSchema.parse(JSON.parse(readFileSync(join(folder, 'Contoso.media.json'), 'utf8')));

/** Signs a manifest that was written by hand with the trusted key. */
async function signAgain(folder: string, manifest: string): Promise<void> {
  const file = join(folder, 'Contoso.media.json');
  writeFileSync(file, manifest);
  await run('minisign', ['-S', '-s', keys.secret, '-m', file]);
}

beforeAll(async () => {
  area = temporaryArea('delivery');
  state = at('state');
  makeContent(at('tree'), 10, 300_000);
  first = await captureTree(at('tree'), at('contoso.wim'), '--compress=LZX', '--check');
  writeFileSync(at('tree', 'Windows', 'file3.bin'), randomBytes(150_000));
  second = await captureTree(at('tree'), at('contoso-2.wim'), '--compress=LZX', '--check');
  keys = await minisignKeys(area, 'contoso');
  sent = at('sent');
  const result = await send(first, sent, 3, '--part-size', '1M', '--key', keys.secret);
  expect(result.stderr).not.toContain('error:');
  expect((await trust('Contoso', state, '--public-key', keys.public)).status).toBe(0);
  firstReceived = received(await receive(sent, state, '--receipt', at('receipt.json')));
});
afterAll(() => {
  removeArea(area);
});

describe('media send', () => {
  it('makes parts that are the file when they are joined, and a manifest that minisign verifies', async () => {
    const { media, parts } = manifestOf(sent);
    expect(parts.map(({ fileName }) => fileName)).toEqual(
      ['001', '002', '003'].map((end) => `contoso.wim.${end}`),
    );
    const joined = Buffer.concat(parts.map(({ fileName }) => readFileSync(join(sent, fileName))));
    expect(joined.equals(readFileSync(first))).toBe(true);
    expect(media.sha256).toBe(sha256(first));
    for (const part of parts) expect(part.sha256).toBe(sha256(join(sent, part.fileName)));
    const verified = await run('minisign', ['-V', '-m', join(sent, 'Contoso.media.json'), '-p', keys.public]);
    expect(verified.stdout).toContain('Trusted comment: file:Contoso.media.json revision:3');
    expect(readdirSync(sent).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('refuses a folder that holds a delivery or the media itself, and touches neither', async () => {
    const before = readdirSync(sent).map((name) => sha256(join(sent, name)));
    expect(errorOf(await send(second, sent, 4)).code).toBe('delivery-exists');
    expect(readdirSync(sent).map((name) => sha256(join(sent, name)))).toEqual(before);
    const own = errorOf(await send(first, area, 4));
    expect(own).toMatchObject({
      code: 'delivery-exists',
      message: `The media itself lies in the folder ${area}.`,
    });
    expect(errorOf(await send(second, first, 4))).toMatchObject({
      code: 'usage',
      message: `The folder ${first} cannot be made or written to (EEXIST).`,
    });
  });

  it('refuses more parts than a manifest lists, and names that a part could not have', async () => {
    const many = at('many.wim');
    copyFileSync(first, many);
    truncateSync(many, 1024 * 1024 * 1024);
    const refused = errorOf(await send(many, at('many'), 1, '--part-size', '64K'));
    expect(refused.message).toBe('The media would be sent in 16384 parts; 9999 is the most.');
    truncateSync(many, 9e12);
    expect(errorOf(await send(many, at('many'), 1, '--part-size', '2T')).message).toMatch(
      /^The manifest would have .* Most of it is the checksums of 134,111 blocks/,
    );
    const long = at(`${'x'.repeat(250)}.wim`);
    copyFileSync(first, long);
    expect(errorOf(await send(long, at('many'), 1)).message).toContain('is longer than 255 bytes');
    for (const file of [many, long]) rmSync(file);
  });

  it('goes on after kill -9, and leaves no manifest before all parts are there', async () => {
    const large = at('large.wim');
    copyFileSync(first, large);
    // Long enough to be killed in its midst; the end of a WIM may be anything.
    truncateSync(large, 200 * 1024 * 1024);
    const to = at('killed');
    const killed = await runCli(
      [
        'media',
        'send',
        large,
        '--to',
        to,
        '--name',
        'Contoso',
        '--revision',
        '1',
        '--part-size',
        '64M',
        '--key',
        keys.secret,
      ],
      {
        onStderr: (text, child) => {
          if (text.includes('copying')) killWithHelper(present(child.pid));
        },
      },
    );
    expect(killed.status).toBe(137);
    expect(existsSync(join(to, 'Contoso.media.json'))).toBe(false);
    const again = await send(large, to, 1, '--part-size', '64M', '--key', keys.secret);
    expect(mediaSendForm.parse(JSON.parse(again.stdout)).parts).toHaveLength(4);
    expect(readdirSync(to).sort()).toEqual(
      [
        ...['Contoso.media.json', 'Contoso.media.json.minisig'],
        ...[1, 2, 3, 4].map((n) => `large.wim.00${n}`),
      ].sort(),
    );

    const killedState = at('killed-state');
    await trust('Contoso', killedState, '--public-key', keys.public);
    const cut = await runCli(['media', 'receive', to, '--state', killedState], {
      onStderr: (text, child) => {
        if (text.includes('copying')) killWithHelper(present(child.pid));
      },
    });
    expect(cut.status).toBe(137);
    const list = await runHere(['media', 'library', 'list', '--state', killedState, '--json']);
    expect(JSON.parse(list.stdout)).toMatchObject({
      media: [],
      unfinished: [{ name: 'Contoso', revision: 1 }],
    });
    const whole = received(await receive(to, killedState));
    expect(whole.result).toBe('received');
    if (whole.result === 'received') await run('cmp', [present(whole.media.path), large]);
    const one = join(to, 'large.wim.002');
    // Two blocks short of a part: the sender is asked for exactly those.
    truncateSync(one, 1);
    rmSync(join(killedState, 'library'), { recursive: true });
    expect(received(await receive(to, killedState))).toMatchObject({
      findings: [{ part: 2, what: 'cut', wanted: [{ first: 0, last: 64 * 1024 * 1024 - 1 }] }],
    });
  });
});

describe('keys', () => {
  it('are made encrypted, open with their password alone, and minisign signs with them', async () => {
    const secret = at('own.key');
    writeFileSync(at('password'), 'correct horse\n', { mode: 0o600 });
    writeFileSync(at('open-password'), 'correct horse\n', { mode: 0o644 });
    const open = await runHere(['key', 'create', secret, '--password-file', at('open-password'), '--json']);
    expect(errorOf(open)).toMatchObject({ code: 'key-invalid' });
    expect(existsSync(secret)).toBe(false);
    const made = await runHere(['key', 'create', secret, '--password-file', at('password'), '--json']);
    expect(made.status).toBe(0);
    expect(statSync(secret).mode & 0o777).toBe(0o600);
    expect((await send(second, at('own'), 1)).status).toBe(0);
    const file = join(at('own'), 'Contoso.media.json');
    const signing = run('minisign', ['-S', '-s', secret, '-m', file]);
    signing.child.stdin?.end('correct horse\n');
    await signing;
    const other = at('own-state');
    await trust('Own', other, '--public-key', `${secret}.pub`);
    expect(received(await receive(at('own'), other)).result).toBe('received');
  });

  it('ask for what is not on the command line: passwords unseen, and the name of a key that is forgotten', async () => {
    const file = at('typed.key');
    const differing = await atTerminal(
      ['key', 'create', file],
      [
        ['Password for the new key: ', 'first secret'],
        ['Type it again: ', 'second secret'],
      ],
    );
    expect(differing.screen).toContain('The two passwords differ.');
    expect(differing.screen).not.toContain('secret');
    expect(differing.status).toBe(3);
    expect(existsSync(file)).toBe(false);

    const folder = at('forget-state');
    await trust('Contoso', folder, '--public-key', keys.public);
    const forget = ['key', 'forget', 'Contoso', '--state', folder];
    const wrong = await atTerminal(forget, [["Type the name 'Contoso'", 'yes']]);
    expect(wrong.screen).toContain('was not confirmed');
    const right = await atTerminal(forget, [["Type the name 'Contoso'", 'Contoso']]);
    expect(right.screen).toContain('is no longer trusted');
    expect(right.status).toBe(0);
  });

  it('are trusted by name, and another one under a known name is refused until the old one is forgotten', async () => {
    const folder = at('key-state');
    const other = await minisignKeys(area, 'other');
    await trust('Contoso', folder, '--public-key', keys.public);
    const replaced = errorOf(await trust('contoso ', folder, '--public-key', other.public));
    expect(replaced).toMatchObject({ code: 'usage' });
    const known = errorOf(await trust('CONTOSO', folder, '--public-key', other.public));
    expect(known.code).toBe('key-known');
    expect(known.remedy).toContain("prestage key forget 'Contoso'");
    expect(errorOf(await runHere(['key', 'forget', 'Contoso', '--state', folder, '--json'])).code).toBe(
      'not-confirmed',
    );
    expect((await runHere(['key', 'forget', 'Contoso', '--yes', '--state', folder])).status).toBe(0);
    expect(
      (
        await trust(
          'CONTOSO',
          folder,
          '--public-key',
          readFileSync(other.public, 'utf8').split('\n')[1] ?? '',
        )
      ).status,
    ).toBe(0);
    const list = await runHere(['key', 'list', '--state', folder]);
    expect(list.stdout).toMatch(/CONTOSO\s+minisign\s+[0-9a-f]{64}/);
    expect(errorOf(await runHere(['key', 'show', 'Contoso!', '--state', folder, '--json'])).code).toBe(
      'key-not-found',
    );
  });
});

describe('media receive', () => {
  it('proves a media file, files it, and gives a receipt that the sender can check', async () => {
    const receipt = at('receipt.json');
    const result = firstReceived;
    expect(result).toMatchObject({
      result: 'received',
      media: { name: 'Contoso', revision: 3, signer: { name: 'Contoso' }, operator: 'tess', problem: null },
    });
    if (result.result !== 'received') throw new Error(result.result);
    await run('cmp', [present(result.media.path), first]);
    expect(received(await receive(sent, state)).result).toBe('here');

    const fingerprint = result.receipt.station.keyFingerprint;
    const check = async (file: string, manifest: string, key: string): Promise<CliResult> =>
      await runHere(['media', 'check-receipt', file, '--manifest', manifest, '--trust', key, '--json']);
    const manifest = join(sent, 'Contoso.media.json');
    expect((await check(receipt, manifest, fingerprint)).status).toBe(0);
    const other = await check(receipt, join(sent, 'contoso.wim.001'), fingerprint);
    expect(other.status).toBe(4);
    expect(other.stdout).toContain('for another manifest');
    expect((await check(receipt, manifest, 'a'.repeat(64))).stdout).toContain('not trusted');
    writeFileSync(at('forged.json'), readFileSync(receipt, 'utf8').replace('"tess"', '"tom"'));
    expect((await check(at('forged.json'), manifest, fingerprint)).stdout).toContain(
      'the receipt was changed',
    );
  });

  it('believes nothing without the signature of a trusted key', async () => {
    const folder = copyDelivery(sent, at('unsigned'));
    const file = join(folder, 'Contoso.media.json');
    const stranger = errorOf(await receive(folder, at('no-keys')));
    expect(stranger).toMatchObject({
      code: 'delivery-key-unknown',
      cause: 'no key is trusted at this station',
    });
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace('"revision":3', '"revision":4'));
    expect(errorOf(await receive(folder, state))).toMatchObject({ code: 'delivery-unsigned' });
    rmSync(`${file}.minisig`);
    const unsigned = errorOf(await receive(folder, state));
    expect(unsigned.message).toContain('is not signed');
    await signAgain(folder, `${text}\n`);
    expect(errorOf(await receive(folder, state)).message).toContain('is not canonical JSON');
    await signAgain(folder, text.replaceAll('contoso.wim.002', '../../contoso.wim.002'));
    expect(errorOf(await receive(folder, state))).toMatchObject({
      code: 'delivery-invalid',
      message: expect.stringContaining('would leave the folder') as string,
    });
    const parts = manifestOf(sent).parts.map(({ sha256: hash }) => hash);
    await signAgain(
      folder,
      text.replace(present(/"sha256":"([0-9a-f]{64})"\},"name"/.exec(text)?.[1]), present(parts[0])),
    );
    expect(errorOf(await receive(folder, at('state')))).toMatchObject({ code: 'delivery-older' });
    const lied = errorOf(await receive(folder, state, '--older', 'test'));
    expect(lied).toMatchObject({ code: 'delivery-contradicts' });
    rmSync(file);
    expect(errorOf(await receive(folder, state)).message).toContain('has no manifest');
    // Nobody writes to a pipe: whoever reads it waits for ever.
    await run('mkfifo', [file]);
    expect(errorOf(await receive(folder, state)).cause).toBe('not a file');
  });

  it('names what is wrong with parts, keeps what is whole, and mends from a second copy', async () => {
    const folder = copyDelivery(sent, at('damaged'));
    const part = (number: number): string => join(folder, `contoso.wim.00${number}`);
    truncateSync(part(1), 1000);
    const flipped = readFileSync(part(2));
    flipped[70_000] = (flipped[70_000] ?? 0) ^ 1;
    writeFileSync(part(2), flipped);
    writeFileSync(part(7), 'not of this delivery');
    const other = at('damaged-state');
    await trust('Contoso', other, '--public-key', keys.public);
    const run1 = await receive(folder, other);
    expect(run1.status).toBe(4);
    expect(received(run1)).toMatchObject({
      result: 'incomplete',
      findings: [
        { part: 1, what: 'cut', found: 1000 },
        { part: 2, what: 'damaged' },
      ],
      foreignFiles: ['contoso.wim.007'],
    });
    // Part 3 is not needed again: it was kept.
    rmSync(part(3));
    const again = copyDelivery(sent, at('sent-again'));
    rmSync(join(again, 'contoso.wim.003'));
    const text = await runHere(['media', 'receive', folder, '--from', again, '--state', other]);
    expect(text.stdout).toContain('The media is proved and in the library.');
  });

  it('tells a file that holds another part, and a missing one', async () => {
    const folder = copyDelivery(sent, at('doubled'));
    copyFileSync(join(folder, 'contoso.wim.001'), join(folder, 'contoso.wim.002'));
    rmSync(join(folder, 'contoso.wim.003'));
    const other = at('doubled-state');
    await trust('Contoso', other, '--public-key', keys.public);
    const text = await runHere(['media', 'receive', folder, '--state', other]);
    expect(text.stdout).toContain('contoso.wim.002 (part 2 of 3) holds part 1 instead.');
    expect(text.stdout).toContain('contoso.wim.003 (part 3 of 3) is missing.');
    expect(text.stdout).toMatch(/Ask the sender for:\n {2}part 2\n {2}part 3\n/);
  });

  it('refuses what is older than the library, unless somebody says why', async () => {
    const older = at('older');
    await send(second, older, 2, '--key', keys.secret);
    expect(errorOf(await receive(older, state))).toMatchObject({
      code: 'delivery-older',
      message: 'Contoso revision 2 (24H2-2) is older than revision 3 (24H2-3), which is in the library.',
    });
    const result = received(await receive(older, state, '--older', 'revision 3 does not start'));
    expect(result).toMatchObject({ media: { older: { reason: 'revision 3 does not start', revision: 3 } } });
    const list = await runHere(['media', 'library', 'list', '--state', state]);
    expect(list.stdout.match(/proved/g)).toHaveLength(2);
    expect((await runHere(['media', 'library', 'remove', sha256(second), '--state', state])).status).toBe(0);

    // What was removed is not forgotten with it: an old media file does not come back that way.
    const emptied = at('emptied-state');
    await trust('Contoso', emptied, '--public-key', keys.public);
    expect(received(await receive(sent, emptied)).result).toBe('received');
    expect((await runHere(['media', 'library', 'remove', 'Contoso', '--state', emptied])).status).toBe(0);
    expect(errorOf(await receive(older, emptied))).toMatchObject({
      code: 'delivery-older',
      message:
        'Contoso revision 2 (24H2-2) is older than revision 3 (24H2-3), which was received here before and then removed.',
      remedy: expect.stringContaining("prestage media library forget 'Contoso'") as string,
    });
    const forget = ['media', 'library', 'forget', 'contoso', '--state', emptied, '--json'];
    expect(errorOf(await runHere(forget)).code).toBe('not-confirmed');
    expect(mediaForgetForm.parse(JSON.parse((await runHere([...forget, '--yes'])).stdout))).toMatchObject({
      forgotten: [{ name: 'Contoso', revision: 3 }],
    });
    expect(received(await receive(older, emptied)).result).toBe('received');
    expect(
      errorOf(await runHere(['media', 'library', 'remove', 'Fabrikam', '--state', state, '--json'])).code,
    ).toBe('library-not-found');
  });

  it('accepts a CMS signature of the pinned certificate, and of no other', async () => {
    const folder = at('cms');
    const file = join(folder, 'Contoso.media.json');
    for (const name of ['pki', 'foreign']) {
      await run('openssl', [
        ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '30', '-subj', `/CN=${name}`],
        ...['-keyout', at(`${name}-key.pem`), '-out', at(`${name}.pem`)],
      ]);
    }
    await send(first, folder, 1);
    const sign = async (name: string): Promise<void> => {
      await run('openssl', [
        ...['cms', '-sign', '-binary', '-outform', 'DER', '-signer', at(`${name}.pem`)],
        ...['-inkey', at(`${name}-key.pem`), '-in', file, '-out', `${file}.p7s`],
      ]);
    };
    const other = at('cms-state');
    expect((await trust('Contoso PKI', other, '--certificate', at('pki.pem'))).status).toBe(0);
    await sign('foreign');
    expect(errorOf(await receive(folder, other)).code).toBe('delivery-unsigned');
    await sign('pki');
    const filed = received(await receive(folder, other));
    expect(filed).toMatchObject({
      result: 'received',
      media: { signer: { name: 'Contoso PKI', kind: 'certificate' } },
    });
    if (filed.result !== 'received') return;
    const [kept, entry] = ['media.json', 'entry.json'].map((name) => join(filed.media.folder, name)) as [
      string,
      string,
    ];
    const inspect = async (): Promise<CliResult> =>
      await runHere(['media', 'inspect', filed.media.path ?? '', '--state', other, '--json']);
    expect((await inspect()).status).toBe(0);
    // Whoever can write to the library cannot make a manifest that the certificate never signed.
    const before = sha256(kept);
    writeFileSync(kept, readFileSync(kept, 'utf8').replaceAll('24H2-1', '24H2-9'));
    writeFileSync(entry, readFileSync(entry, 'utf8').replaceAll(before, sha256(kept)));
    expect(errorOf(await inspect())).toMatchObject({ code: 'library-damaged' });
  });

  it('tells that the certificate of a CMS signature has ended, and takes none that was made after it', async () => {
    const folder = at('ended');
    const file = join(folder, 'Contoso.media.json');
    const [key, certificate] = [at('ended-key.pem'), at('ended.pem')];
    await run('openssl', [
      'req',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-subj',
      '/CN=ended',
      '-keyout',
      key,
      '-out',
      at('ended.csr'),
    ]);
    writeFileSync(at('ended.index'), '');
    writeFileSync(at('ended.serial'), '01\n');
    writeFileSync(
      at('ended.cnf'),
      `[ca]\ndefault_ca=own\n[own]\nnew_certs_dir=${area}\ndatabase=${at('ended.index')}\nserial=${at('ended.serial')}\ndefault_md=sha256\npolicy=any\n[any]\ncommonName=supplied\n`,
    );
    await run('openssl', [
      ...[
        'ca',
        '-batch',
        '-selfsign',
        '-config',
        at('ended.cnf'),
        '-keyfile',
        key,
        '-in',
        at('ended.csr'),
        '-notext',
      ],
      ...['-startdate', '20200101000000Z', '-enddate', '20210101000000Z', '-out', certificate],
    ]);
    const other = at('ended-state');
    const refused = errorOf(await trust('Ended PKI', other, '--certificate', certificate));
    expect(refused.message).toContain('is a certificate that ended on 2021-01-01');
    // It was trusted while it was valid.
    mkdirSync(other, { recursive: true });
    const pinned = new X509Certificate(readFileSync(certificate));
    writeFileSync(
      join(other, 'trusted-keys.json'),
      JSON.stringify({
        version: 1,
        keys: [
          {
            ...{ kind: 'certificate', name: 'Ended PKI', certificate: pinned.toString() },
            key: createHash('sha256').update(pinned.raw).digest('hex'),
            since: '2020-02-01T00:00:00.000Z',
          },
        ],
      }),
    );
    expect((await runHere(['key', 'list', '--state', other])).stdout).toContain('ENDED on 2021-01-01');
    await send(first, folder, 1);
    const sign = async (): Promise<void> => {
      await run('openssl', [
        ...['cms', '-sign', '-binary', '-outform', 'DER', '-signer', certificate, '-inkey', key],
        ...['-in', file, '-out', `${file}.p7s`],
      ]);
    };
    await sign();
    expect(errorOf(await receive(folder, other)).message).toContain(
      'when the certificate that signed it was not valid',
    );
    writeFileSync(
      file,
      readFileSync(file, 'utf8').replace(/"createdAt":"[^"]*"/, '"createdAt":"2020-06-01T00:00:00.000Z"'),
    );
    await sign();
    const taken = await receive(folder, other);
    expect(received(taken)).toMatchObject({
      result: 'received',
      warnings: [expect.stringMatching(/^The certificate of Ended PKI ended on 2021-01-01\./)],
    });
    expect(taken.stderr).toContain('nobody else confirms when it was signed');
  });

  it('keeps the parts when it is asked to', async () => {
    const other = at('parts-state');
    await trust('Contoso', other, '--public-key', keys.public);
    const result = received(await receive(sent, other, '--keep-parts'));
    if (result.result !== 'received') throw new Error(result.result);
    expect(result.media.path).toBeNull();
    const { parts } = manifestOf(sent);
    for (const part of parts) expect(sha256(join(result.media.folder, part.fileName))).toBe(part.sha256);
    expect(received(await receive(sent, other, '--keep-parts')).result).toBe('here');
    // Without it, the parts of the library are joined: the delivery is not needed for that.
    const manifestAlone = copyDelivery(sent, at('manifest-alone'));
    for (const part of parts) rmSync(join(manifestAlone, part.fileName));
    const joined = received(await receive(manifestAlone, other));
    if (joined.result !== 'received') throw new Error(joined.result);
    await run('cmp', [present(joined.media.path), first]);
    expect(existsSync(join(joined.media.folder, present(parts[0]).fileName))).toBe(false);
  });
});

describe('a difference', () => {
  it('is small, and makes exactly the new media of the old one', async () => {
    const folder = at('difference');
    const document = mediaSendForm.parse(
      JSON.parse((await send(second, folder, 4, '--since', first, '--key', keys.secret)).stdout),
    );
    expect(document.bytesSent).toBeLessThan(document.bytes * 0.1);
    const without = at('no-base');
    await trust('Contoso', without, '--public-key', keys.public);
    const missing = errorOf(await receive(folder, without));
    expect(missing).toMatchObject({
      code: 'delivery-base-missing',
      cause: `needed SHA-256 ${sha256(first)}`,
    });
    expect(missing.message).toContain('contoso.wim');
    const wrong = errorOf(await receive(folder, without, '--base', second));
    expect(wrong.code).toBe('delivery-base-missing');
    const result = received(await receive(folder, without, '--base', first));
    if (result.result !== 'received') throw new Error(result.result);
    await run('cmp', [present(result.media.path), second]);
    expect(readdirSync(result.media.folder).filter((name) => name.includes('.diff'))).toEqual([]);
    // The base is found in the library, where there is one.
    expect(received(await receive(folder, state)).result).toBe('received');
  });

  it('says when it would save nothing, and why', async () => {
    const solid = await captureTree(at('tree'), at('solid.esd'), '--solid');
    const refused = errorOf(await send(solid, at('useless'), 5, '--since', first));
    expect(refused).toMatchObject({ code: 'difference-useless' });
    expect(refused.message).toContain('solid.esd is solid');
    const other = await captureTree(at('tree', 'Windows'), at('other.wim'), '--compress=none');
    writeFileSync(at('tree', 'Windows', 'nothing-shared.bin'), randomBytes(10));
    makeContent(at('other-tree'), 3, 200_000);
    const strange = await captureTree(at('other-tree'), at('strange.wim'));
    expect(errorOf(await send(strange, at('useless'), 5, '--since', other)).message).toContain(
      'shares too little',
    );
  });
});

describe('the record', () => {
  it('names manifest and signer from the job to the audit, and a key that is forgotten stops the next job', async () => {
    const folder = at('record');
    const bench = at('bench');
    const made = await makeMedia(at('bootable'));
    await send(made.path, folder, 7, '--key', keys.secret);
    const stateFolder = at('record-state');
    await trust('Contoso', stateFolder, '--public-key', keys.public);
    const result = received(await receive(folder, stateFolder));
    if (result.result !== 'received') throw new Error(result.result);
    const inspected = await runHere(['media', 'inspect', 'contoso', '--state', stateFolder]);
    expect(inspected.stdout).toContain('matches the manifest signed by Contoso');

    await makeBench(bench, 2);
    const [one, two] = await benchDrives(bench);
    const apply = async (id: string, machine: string): Promise<CliResult> =>
      await runHere([
        ...['apply', '--media', 'Contoso', '--bench', bench, '--state', stateFolder, '--yes', '--json'],
        ...['--drive', `${id}=${machine}`],
      ]);
    const written = await apply(present(one).id, '5CD1234XY1');
    expect(reportOf(written).jobs.map(({ state: end }) => end)).toEqual(['done']);
    expect(JSON.parse(written.stdout)).toMatchObject({ media: { expected: 'signed-manifest' } });
    const bundle = at('shipment.zip');
    const shipped = await runHere([
      'ship',
      '--number',
      'S-1',
      '--machine',
      '5CD1234XY1',
      '--output',
      bundle,
      '--state',
      stateFolder,
      '--json',
    ]);
    const { keyFingerprint } = z.object({ keyFingerprint: z.string() }).parse(JSON.parse(shipped.stdout));
    const audit = async (manifest: string): Promise<CliResult> =>
      await runHere([
        'audit',
        bundle,
        '--training',
        '--trust',
        keyFingerprint,
        '--media',
        manifest,
        '--json',
      ]);
    const manifest = join(folder, 'Contoso.media.json');
    const good = await audit(manifest);
    expect(good.status).toBe(0);
    const signer = { name: 'Contoso', kind: 'minisign' };
    expect(JSON.parse(good.stdout)).toMatchObject({ media: [{ signedManifest: { revision: 7, signer } }] });
    writeFileSync(
      at('other.media.json'),
      readFileSync(manifest, 'utf8').replace('"revision":7', '"revision":8'),
    );
    const other = await audit(at('other.media.json'));
    expect(JSON.parse(other.stdout)).toMatchObject({ doubts: [{ code: 'manifest-other' }] });
    expect((await audit(join(sent, 'Contoso.media.json'))).stdout).toContain('media-unexpected');

    await runHere(['key', 'forget', 'Contoso', '--yes', '--state', stateFolder]);
    expect(errorOf(await apply(present(two).id, '5CD1234XY2')).code).toBe('delivery-key-unknown');
    await trust('Contoso', stateFolder, '--public-key', keys.public);
    writeFileSync(join(result.media.folder, 'media.json'), '{}');
    expect(errorOf(await apply(present(two).id, '5CD1234XY2')).code).toBe('library-damaged');
  });
});
