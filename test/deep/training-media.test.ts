import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { PrestageError } from '../../core/base/errors';
import { GiB, MiB } from '../../core/base/units';
import type { HelperResponse } from '../../core/contract/helper-api';
import { trainingMediaName } from '../../core/media/training-media';
import type { HelperClient } from '../../station/helper-client/helper-client';
import { launchHelper } from '../../station/helper-client/launch-helper';
import { TestApp } from '../support/app-service';
import { benchDrives, errorOf, prestage, type CliResult } from '../support/cli';
import { runHere } from '../support/command-line';
import { hasNoTable } from '../support/drive-check';
import { removeArea, temporaryArea } from '../support/global-setup';
import { attachLoop, detachAllLoops, isRoot, rootOnly } from '../support/loop';
import { present } from '../support/present';
import { makeBench } from '../support/virtual-bench';

/** The media that practice is done with: made by the helper, proved as any other, never on a real drive. */

let area: string;
let api: HelperClient;
let made: HelperResponse<'makeTrainingMedia'>;

beforeAll(async () => {
  area = temporaryArea('training-media');
  api = await launchHelper({
    elevation: { kind: 'direct' },
    helper: [process.execPath, resolve(prestage, '../helper.cjs')],
    client: 'test',
  });
  made = await api.call('makeTrainingMedia', { directory: join(area, 'made') });
});
afterEach(detachAllLoops);
afterAll(async () => {
  await api.dispose();
  removeArea(area);
});

const sumOf = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');

async function errorIn(work: Promise<unknown>): Promise<PrestageError['data']> {
  const error: unknown = await work.then(
    () => new Error('nothing was refused'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof PrestageError) return error.data;
  throw error;
}

describe('makeTrainingMedia', () => {
  it('makes a small media file that is whole, and says what it is', async () => {
    expect(made.sha256).toBe(sumOf(made.path));
    expect(readdirSync(join(area, 'made'))).toEqual(['training-media.wim']);
    const media = await api.call('inspectMedia', { path: made.path, imageIndex: 1 });
    expect(media.images.map(({ name }) => name)).toEqual([trainingMediaName]);
    expect(media.bytes).toBeLessThan(8 * MiB);
    expect(media.integrityTable).toBe(true);
    expect(media.warnings).toEqual([]);
    expect(media.leftOut).toEqual([]);
    const { warnings } = await api.call('verifyMedia', { progressToken: 'verify', path: made.path });
    expect(warnings).toEqual([]);
    const recipe = join(area, 'recipe.yaml');
    writeFileSync(
      recipe,
      `name: Windows 11\nversion: "1"\noperatingSystem: { media: ${made.path} }\npackages:\n  - { id: ABC00001, name: One, folder: . }\n`,
    );
    const created = await runHere(['media', 'create', recipe, '--output', join(area, 'new.wim'), '--json']);
    expect(errorOf(created)).toMatchObject({ code: 'media-for-training' });
    const inspected = await runHere(['media', 'inspect', made.path]);
    expect(inspected.status).toBe(0);
    expect(inspected.stdout).toContain(trainingMediaName);
  });

  it('refuses a folder that takes no files, and leaves nothing', async () => {
    const file = join(area, 'a-file');
    writeFileSync(file, 'not a folder');
    const error = await errorIn(api.call('makeTrainingMedia', { directory: join(file, 'below') }));
    expect(error.code).toBe('state-unavailable');
    expect(error.message).toContain(join(file, 'below'));
    expect(readFileSync(file, 'utf8')).toBe('not a folder');
  });

  it.skipIf(!isRoot)('refuses a folder of somebody else', async () => {
    const foreign = join(area, 'foreign');
    mkdirSync(foreign, { mode: 0o755 });
    const user = await launchHelper({
      elevation: { kind: 'direct' },
      helper: [
        '/usr/bin/setpriv',
        ...['--reuid=65534', '--regid=65534', '--clear-groups'],
        ...[process.execPath, resolve(prestage, '../helper.cjs')],
      ],
      client: 'test',
    });
    try {
      const error = await errorIn(user.call('makeTrainingMedia', { directory: foreign }));
      expect(error.code).toBe('state-unavailable');
      expect(readdirSync(foreign)).toEqual([]);
    } finally {
      await user.dispose();
    }
  });
});

describe('the training media on drives', () => {
  const applied = async (bench: string, drive: string): Promise<CliResult> =>
    await runHere([
      ...['apply', '--media', made.path, '--expect-sha256', made.sha256, '--bench', bench, '--yes', '--json'],
      ...['--state', join(area, 'state'), '--drive', `${drive}=TRAINING1`],
    ]);

  it.skipIf(!isRoot)(`is refused on a block device, which stays as it is (${rootOnly})`, async () => {
    const bench = join(area, 'loop-bench');
    await makeBench(bench, 1, '2G');
    const { path } = present((await benchDrives(bench))[0]);
    attachLoop(path);
    const run = await applied(bench, present((await benchDrives(bench))[0]).id);
    expect(errorOf(run).code).toBe('media-for-training');
    expect(hasNoTable(path, 2 * GiB)).toBe(true);
  });
});

describe('the training media in the app', () => {
  it('is refused on real drives, made once on training drives, and proved by its SHA-256 alone', async () => {
    const state = join(area, 'app-state');
    let app = await TestApp.open(state, null);
    try {
      expect((await errorIn(app.handlers.useTrainingMedia({}))).code).toBe('media-for-training');
      expect(existsSync(join(state, 'training-media'))).toBe(false);
      await app.handlers.useTrainingBench({ training: true });
      await Promise.all([app.handlers.useTrainingMedia({}), app.handlers.useTrainingMedia({})]);
      await app.until(
        ({ media }) => media.status === 'waiting-for-hash',
        'a media file that nobody vouched for',
      );
      const { path, sha256 } = present(app.state.station.trainingMedia);
      expect(sha256).toBe(sumOf(path));
      await app.scan(sha256);
      await app.until(({ media }) => media.status === 'proved', 'a proved media file');

      await app.handlers.useTrainingBench({ training: false });
      await app.until(({ media }) => media.status === 'none', 'no media on real drives');
      await app.service.close();

      // The SHA-256 is that of what was made: a file that was changed since is not what it names.
      appendFileSync(path, 'changed');
      app = await TestApp.open(state, null);
      expect(app.state.station.trainingMedia).toEqual({ path, sha256 });
      await app.handlers.useTrainingBench({ training: true });
      await app.handlers.useTrainingMedia({});
      await app.handlers.expectHash({ sha256 });
      await app.until(({ media }) => media.status === 'refused', 'a refused media file');
      expect(sumOf(path)).not.toBe(sha256);
    } finally {
      await app.service.close();
    }
  });
});
