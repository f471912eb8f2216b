import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { PrestageError } from '../../core/base/errors';
import { compareContents } from '../../core/contents/compare-contents';
import type { AppResponse } from '../../core/contract/app';
import { expectedPackages } from '../contents/read-expected';
import type { Helpers } from '../helper-client/helpers';

/**
 * The packages of the media that is chosen, compared with a list.
 * @param path of the media; null when none is chosen
 * @param list a manifest, a table, or the folder of a content library; null: nothing is compared
 * @throws PrestageError usage when no media is chosen; contents-list-invalid, media-…, tool-missing
 */
export async function listContents(
  helpers: Pick<Helpers, 'plain'>,
  path: string | null,
  imageIndex: number,
  list: string | null,
): Promise<AppResponse<'listContents'>> {
  if (path === null) {
    throw new PrestageError({
      code: 'usage',
      message: 'No media is chosen.',
      remedy: 'Choose a media file, then list its packages.',
    });
  }
  const { signal } = new AbortController();
  const expected = list === null ? null : await expectedPackages(resolve(list), signal);
  const contentOf = (expected ?? []).flatMap(({ id, contentSha256 }) => (contentSha256 === null ? [] : [id]));
  const client = await helpers.plain();
  const contents = await client.call('listContents', {
    progressToken: randomUUID(),
    path,
    imageIndex,
    contentOf,
  });
  return { contents, comparison: expected === null ? null : compareContents(contents, expected) };
}
