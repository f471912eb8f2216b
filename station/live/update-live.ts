import { randomUUID } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import type { Task } from '../../core/base/task';
import type { HelperResponse } from '../../core/contract/helper-api';
import type { Helpers } from '../helper-client/helpers';
import type { TrustedKeysPaths } from '../signing/trusted-keys';
import { checkUpdate } from './check-update';

interface UpdateDependencies {
  readonly helpers: Helpers;
  readonly paths: TrustedKeysPaths;
  readonly signal: AbortSignal;
  readonly onTask: (task: Task) => void;
}

/**
 * Checks an image's signature, and has the helper write it to the slot that does not run.
 * @param file absolute
 * @throws PrestageError live-…, privilege-…, cancelled: the version that runs is not touched
 */
export async function updateLive(
  file: string,
  { helpers, paths, signal, onTask }: UpdateDependencies,
): Promise<HelperResponse<'writeLiveSlot'> & { readonly signer: string }> {
  const total = existsSync(file) ? statSync(file).size : 0;
  const { sha256, signer } = await checkUpdate(
    file,
    paths,
    (done) => {
      onTask({ phase: 'hashing', done, total });
    },
    signal,
  );
  const client = await helpers.privileged();
  const progressToken = randomUUID();
  const written = await client.call(
    'writeLiveSlot',
    { progressToken, file, sha256 },
    {
      signal,
      onTaskProgress: ({ phase, done, total: all }) => {
        onTask({ phase, done, total: all });
      },
    },
  );
  return { ...written, signer };
}
