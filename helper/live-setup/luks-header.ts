import { z } from 'zod';
import { timeouts } from '../../core/base/timeouts';
import { runTool } from '../tools/runner';

/**
 * What a LUKS2 header of ours may say, as `cryptsetup luksDump --dump-json-metadata` prints it. Who has the disk can change its header,
 * and cryptsetup believes that: with `cipher_null` a key slot opens with any key, and what lies behind it is plain. So that our key opens
 * something proves nothing where the header is another than the one that we make (CVE-2025-59054, CVE-2025-58356).
 */

const cipher = 'aes-xts-plain64';
const bits = 512;
const keyBytes = bits / 8;

/** What luksFormat is told, so that it makes this header and no other, whatever its version takes by itself. */
export const headerOptions = [
  ...['--cipher', cipher, '--key-size', String(bits)],
  ...['--keyslot-cipher', cipher, '--keyslot-key-size', String(bits)],
] as const;

const slotSchema = z.object({
  type: z.literal('luks2'),
  key_size: z.literal(keyBytes),
  area: z.object({
    type: z.literal('raw'),
    encryption: z.literal(cipher),
    key_size: z.literal(keyBytes),
  }),
});

const contentSchema = z.object({
  tokens: z.strictObject({}),
  segments: z.strictObject({ 0: z.object({ type: z.literal('crypt'), encryption: z.literal(cipher) }) }),
  digests: z.strictObject({
    0: z.object({ type: z.literal('pbkdf2'), segments: z.tuple([z.literal('0')]) }),
  }),
  // Nothing that has to be gone on with, as an encryption that was begun.
  config: z.object({ requirements: z.undefined().optional() }),
});

const schemas = {
  /** Of the disk beside the stick: one key, made by chance. */
  disk: contentSchema.extend({
    keyslots: z.strictObject({ 0: slotSchema.extend({ kdf: z.object({ type: z.literal('pbkdf2') }) }) }),
  }),
  /** Of the data partition: who owns the stick may have given it a second passphrase, with cryptsetup, which takes the next slot. */
  data: contentSchema.extend({
    keyslots: z
      .record(z.string().regex(/^\d{1,2}$/), slotSchema)
      .refine((slots) => Object.keys(slots).length > 0),
  }),
} as const;

/** Whether a header is one that we make. @param text what cryptsetup printed */
export function isOwnHeader(text: string, of: keyof typeof schemas): boolean {
  try {
    return schemas[of].safeParse(JSON.parse(text)).success;
  } catch {
    return false;
  }
}

/** Whether the header of a partition is one that we make. @throws PrestageError tool-… */
export async function hasOwnHeader(path: string, of: keyof typeof schemas): Promise<boolean> {
  const { status, stdout } = await runTool('cryptsetup', ['luksDump', '--dump-json-metadata', path], {
    timeout: timeouts.liveSetup,
  });
  return status === 0 && isOwnHeader(stdout.toString('utf8'), of);
}
