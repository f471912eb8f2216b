import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemPath } from '../../../../core/netboot/boot-words';
import { SystemServer } from '../../../../station/netboot/system-server';

/** Machines that fetch their system, and more of them than the station takes at a time. */

/** More than a connection holds that nobody reads from. */
const bytes = 16 * 1024 * 1024;
let folder: string;
let server: SystemServer;
let port: number;
const answers: IncomingMessage[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'prestage-test-system-'));
  const path = join(folder, 'system');
  writeFileSync(path, '');
  truncateSync(path, bytes);
  server = new SystemServer({ most: 4, mostOfAddress: 2 });
  port = await server.start({ path, offset: 0, bytes }, '127.0.0.1', 0);
});
afterEach(async () => {
  for (const answer of answers.splice(0)) answer.destroy();
  await server.stop();
  rmSync(folder, { recursive: true });
});

/** Begins to fetch, and reads nothing yet. */
async function begin(from: string): Promise<IncomingMessage> {
  const asked = get({ host: '127.0.0.1', port, path: systemPath, localAddress: from, agent: false });
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  answer.on('error', () => undefined);
  answers.push(answer);
  return answer;
}

/** Reads to the end. @returns how many bytes came */
async function lengthOf(answer: IncomingMessage): Promise<number> {
  let length = 0;
  for await (const piece of answer as AsyncIterable<Buffer>) length += piece.length;
  return length;
}

describe('the system of machines', () => {
  it('is fetched to its end by whoever has begun, and others are refused until there is room', async () => {
    const begun: IncomingMessage[] = [];
    for (const at of [2, 3, 4, 5]) begun.push(await begin(`127.0.0.${at}`));
    expect(begun.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200, 200]);
    const refused = await begin('127.0.0.6');
    expect(refused).toMatchObject({ statusCode: 503 });
    expect(await lengthOf(refused)).toBe(0);
    for (const answer of begun) expect(await lengthOf(answer)).toBe(bytes);
    await expect.poll(() => server.fetches).toEqual({ fetching: 0, fetched: 4 });
    expect(await begin('127.0.0.6')).toMatchObject({ statusCode: 200 });
  });

  it('is not kept from machines by one address that fetches it again and again', async () => {
    const own = [await begin('127.0.0.9'), await begin('127.0.0.9'), await begin('127.0.0.9')];
    expect(own.map(({ statusCode }) => statusCode)).toEqual([200, 200, 503]);
    expect(await begin('127.0.0.2')).toMatchObject({ statusCode: 200 });
    expect(await begin('127.0.0.3')).toMatchObject({ statusCode: 200 });
  });
});
