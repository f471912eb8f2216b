import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { LibraryEntry } from '../../core/delivery/library';
import { makeTicket } from '../../core/scan/job-ticket';
import { removeArea, temporaryArea } from '../support/global-setup';
import { makeBench } from '../support/virtual-bench';
import { makeMedia, type MadeMedia } from '../support/wim';
import { TestApp } from '../support/app-service';

/** Job tickets, and media that are chosen by scans, at the app. */

let area: string;
let media: MadeMedia;
let other: MadeMedia;
let sha256: string;
let otherSha256: string;
let own: string;
let app: TestApp;

const hashOf = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');
const ticketOf = (orderNumber: string, mediaSha256: string, mediaName = 'contoso-24h2'): string =>
  makeTicket({ orderNumber, mediaSha256, mediaName });

beforeAll(async () => {
  area = temporaryArea('service-ticket');
  media = await makeMedia(join(area, 'media'));
  other = await makeMedia(join(area, 'other'));
  sha256 = hashOf(media.path);
  otherSha256 = hashOf(other.path);
  expect(otherSha256).not.toBe(sha256);
});
afterAll(() => {
  removeArea(area);
});
beforeEach(async () => {
  own = temporaryArea('app-ticket');
  await makeBench(join(own, 'bench'), 2);
  await openApp();
});
afterEach(async () => {
  await app.service.close();
});

async function openApp(): Promise<void> {
  app = await TestApp.open(join(own, 'state'), join(own, 'bench'));
  await app.until(({ drives }) => drives.listed, 'a list of drives');
}
async function openAgain(): Promise<void> {
  await app.service.close();
  await openApp();
}
const outcome = async (text: string): Promise<unknown> => (await app.scan(text))?.outcome;
/** Until the page knows what is so now. */
const told = async (): Promise<void> => {
  app.state = await app.handlers.getState({});
};
const proved = async (): Promise<void> => {
  // What the page was told may be older than what was asked for last.
  await app.until(() => app.service.media.state.status === 'proved', 'a proved media file');
  await told();
};

describe('a job ticket', () => {
  it('sets the number and waits for its media, also after a restart; no other one is taken', async () => {
    expect(await outcome(ticketOf('WO-7', sha256))).toMatchObject({
      result: 'accepted',
      effect: 'ticket-taken',
      ticket: { orderNumber: 'WO-7', mediaName: 'contoso-24h2', media: 'wanted' },
    });
    await told();
    expect(app.state.pairing.lastScan?.text).toBe('WO-7 · contoso-24h2');
    await openAgain();
    expect(app.state.batch.workOrder).toBe('WO-7');
    expect(app.state.media).toEqual({
      status: 'none',
      wanted: { sha256, ticket: { name: 'contoso-24h2', orderNumber: 'WO-7' } },
    });

    app.service.media.select(other.path);
    const refused = await app.until(({ media: { status } }) => status === 'refused', 'a refused media file');
    expect(refused.media).toMatchObject({
      error: {
        code: 'media-hash-mismatch',
        message: expect.stringMatching(/is not contoso-24h2, the media of the job ticket/) as string,
        cause: `expected ${sha256}\nfound    ${otherSha256}`,
      },
    });
    app.service.media.select(media.path);
    await proved();
    expect(app.state.media).toMatchObject({ expected: { source: 'given', sha256 } });
  });

  it('is refused whole where another media file is chosen that it does not know a way from', async () => {
    await outcome('WO-6');
    app.service.media.select(other.path);
    await app.until(({ media: { status } }) => status === 'waiting-for-hash', 'the hash is asked for');
    const before = app.state.media;
    expect(await outcome(ticketOf('WO-7', sha256))).toMatchObject({
      result: 'refused',
      reason: 'ticket-other-media',
      detail: expect.stringMatching(/^contoso-24h2\n.+/) as string,
    });
    await told();
    expect(app.state.batch.workOrder).toBe('6');
    expect(app.state.media).toEqual(before);
    expect(app.service.media.wanted).toBeNull();
  });

  it('chooses a media file that was proved here before, hashes it again, and changes it for the next job', async () => {
    for (const [path, hash] of [
      [other.path, otherSha256],
      [media.path, sha256],
    ] as const) {
      app.service.media.select(path);
      await app.handlers.expectHash({ sha256: hash });
      await proved();
      await app.handlers.clearMedia({});
    }
    await openAgain();
    expect(app.state.media).toEqual({ status: 'none' });
    expect(await outcome(ticketOf('WO-7', sha256))).toMatchObject({ ticket: { media: 'known' } });
    await proved();
    expect(app.state.media).toMatchObject({ sha256, media: { path: media.path } });
    expect(await outcome(ticketOf('WO-8', otherSha256, 'fabrikam'))).toMatchObject({
      ticket: { media: 'known' },
      replaced: 'WO-7',
    });
    await app.until(
      ({ media: now }) => now.status === 'proved' && now.sha256 === otherSha256,
      'the other media is proved',
    );
    await told();
    expect(app.state.batch.workOrder).toBe('WO-8');
  });

  it('chooses a media file of the library that was never chosen here, and none whose file is not whole', async () => {
    const folder = join(own, 'state', 'library', sha256);
    mkdirSync(folder, { recursive: true });
    const file = join(folder, 'contoso.wim');
    writeFileSync(file, readFileSync(media.path).subarray(1));
    const entry: LibraryEntry = {
      ...{
        form: 'prestage-library-1',
        name: 'contoso',
        version: '24H2',
        revision: 1,
        fileName: 'contoso.wim',
      },
      ...{ sha256, bytes: statSync(media.path).size, manifestSha256: '1'.repeat(64), guid: '2'.repeat(32) },
      signer: { name: 'Contoso', kind: 'minisign', key: '3'.repeat(64) },
      ...{ held: 'joined', receivedAt: '2026-11-28T10:00:00.000Z', operator: 'Ada Byron' },
    };
    writeFileSync(join(folder, 'entry.json'), JSON.stringify(entry));
    expect(await outcome(ticketOf('WO-7', sha256))).toMatchObject({ ticket: { media: 'wanted' } });
    writeFileSync(file, readFileSync(media.path));
    expect(await outcome(ticketOf('WO-7', sha256))).toMatchObject({ ticket: { media: 'known' } });
    await app.until(() => app.service.media.path === file, 'the file of the library');
  });

  it('does not take what lies at the known place for what lay there', async () => {
    const path = join(own, 'moved.wim');
    writeFileSync(path, readFileSync(media.path));
    app.service.media.select(path);
    await app.handlers.expectHash({ sha256 });
    await proved();
    await app.handlers.clearMedia({});
    writeFileSync(path, readFileSync(other.path));
    expect(await outcome(ticketOf('WO-7', sha256))).toMatchObject({ ticket: { media: 'known' } });
    await app.until(({ media: { status } }) => status === 'refused', 'a refused media file');
    // And where nothing lies there any more, somebody has to choose it.
    await app.handlers.clearMedia({});
    await app.handlers.clearMedia({});
    renameSync(path, `${path}.away`);
    expect(await outcome(ticketOf('WO-7', sha256))).toMatchObject({ ticket: { media: 'wanted' } });
  });

  it('holds while its number does, and no hash of another media file is taken', async () => {
    await outcome(ticketOf('WO-7', sha256));
    expect(await outcome(otherSha256)).toMatchObject({ reason: 'hash-not-of-ticket' });
    expect(await outcome(sha256)).toMatchObject({ effect: 'hash-given' });
    expect(app.service.media.wanted?.ticket).toMatchObject({ orderNumber: 'WO-7' });
    await app.handlers.setBatch({ workOrder: '' });
    expect((await app.handlers.getState({})).media).toEqual({ status: 'none' });
  });

  it('of a closed order is not waited for any more; of another than the open one it is refused', async () => {
    await app.handlers.openOrder({ number: 'WO-7', text: '7KX9PQ1\n' });
    expect(await outcome(ticketOf('WO-8', sha256))).toMatchObject({
      reason: 'order-open',
      detail: 'WO-7',
    });
    expect(await outcome(ticketOf('WO-7', sha256))).toMatchObject({ effect: 'ticket-taken' });
    await app.handlers.exceptOrder({ machineSerial: '7KX9PQ1', reason: 'not here' });
    await app.handlers.closeOrder({});
    expect((await app.handlers.getState({})).media).toEqual({ status: 'none' });
  });
});

describe('a SHA-256 without a media file', () => {
  it('is for the media that is chosen next, and for no other', async () => {
    expect(await outcome(sha256)).toMatchObject({ effect: 'hash-given', media: 'wanted' });
    await told();
    expect(app.state.media).toEqual({ status: 'none', wanted: { sha256, ticket: null } });
    app.service.media.select(media.path);
    await proved();
    app.service.media.select(other.path);
    await app.until(({ media: { status } }) => status === 'waiting-for-hash', 'the hash is asked for');
    // Known by now.
    await app.handlers.clearMedia({});
    expect(await outcome(sha256)).toMatchObject({ effect: 'hash-given', media: 'known' });
    await proved();
  });
});
