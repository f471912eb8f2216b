import { X509Certificate } from 'node:crypto';
import { basename } from 'node:path';
import { sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { dayOf } from '../../core/base/day';
import type { AppResponse } from '../../core/contract/app';
import { longestKeyText, type LibraryState, type ShownKey } from '../../core/contract/app-library';
import {
  keyOf,
  trustedKeysIn,
  validityOf,
  type TrustedKey,
  type TrustedKeysPaths,
} from '../signing/trusted-keys';
import { readSmallFile } from '../state/small-file';

/** Keys of enterprises as the Media screen shows them: what is trusted, and what somebody may trust. */

/** @throws PrestageError key-invalid when the list cannot be read */
export function keyViews(paths: TrustedKeysPaths): LibraryState['keys'] {
  return trustedKeysIn(paths).map((key) => ({ name: key.name, ...shownKey(key) }));
}

/** A file that somebody chose: only looked at. @throws PrestageError key-invalid */
export function offeredKey(path: string, now: Date): NonNullable<AppResponse<'chooseKey'>['offered']> {
  const fileName = sanitizeForDisplay(basename(path), 200);
  let text: string;
  try {
    text = readSmallFile(path, longestKeyText).toString('utf8');
  } catch (error) {
    throw new PrestageError({
      code: 'key-invalid',
      message: `The file ${fileName} cannot be read.`,
      cause: error instanceof Error ? error.message : null,
    });
  }
  return { ...shownKey(keyOf('offered', text, fileName, now)), fileName, text };
}

function shownKey(key: TrustedKey): ShownKey {
  const { kind } = key;
  return {
    ...{ kind, key: key.key },
    keyId: kind === 'minisign' ? key.keyId : null,
    until:
      kind === 'minisign' ? null : dayOf(validityOf(new X509Certificate(key.certificate)).to.toISOString()),
  };
}
