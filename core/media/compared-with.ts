import type { z } from 'zod';
import type { recordedHashSourceSchema } from './media-state';

/** What the media was compared with, as a record or a certificate tells it. */
export const comparedWith: Readonly<Record<z.infer<typeof recordedHashSourceSchema>, string>> = {
  given: 'the SHA-256 that the operator entered',
  'signed-manifest': 'the SHA-256 in its signed manifest',
  manifest: 'the SHA-256 in the file next to the media',
  none: 'nothing: no expected SHA-256 was given',
};
