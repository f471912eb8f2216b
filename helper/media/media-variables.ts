import { createDecipheriv, createHash } from 'node:crypto';
import { sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { timeouts } from '../../core/base/timeouts';
import type { HelperRequest, HelperResponse } from '../../core/contract/helper-api';
import {
  interpretVariables,
  largestVariables,
  readVariablesForm,
  variablesPath,
  type ReadVariables,
  type VariablesForm,
} from '../../core/media/media-variables';
import { runTool } from '../tools/runner';
import { anyCase, wimlibFailure } from '../tools/wimlib';
import { readCertificateDates } from './certificate-dates';
import { readDentries } from './dentries';
import { listingMemory, type ImageSource } from './image-source';
import { openMedia } from './open-media';
import { wimlibSourceArguments } from './wim-source';
import { declaresDocumentType, isXmlNode, parseXml } from './read-xml';

/**
 * Reads the variables of a media file with the password that the enterprise gave: until when its certificate is valid, and
 * where its machines sign in. What is decrypted stays in this process: it goes to no disk and no log, and the answer
 * holds no secret.
 * @throws PrestageError media-variables-missing, media-variables-damaged, media-password-wrong, and what opening a
 *   media throws
 */
export async function readMediaVariables(
  { path, imageIndex, password }: HelperRequest<'readMediaVariables'>,
  signal?: AbortSignal,
): Promise<HelperResponse<'readMediaVariables'>> {
  const { parts } = await openMedia(path);
  const { file: wim, refs } = wimlibSourceArguments({ files: parts.map((part) => part.path) });
  const file = await variablesFile({ wim, refs, imageIndex }, signal);
  const { dates, guid, certificate } = decryptVariables(file, password, path);
  const notes: string[] = [];
  const times =
    certificate === null
      ? null
      : await readCertificateDates(Buffer.from(certificate.pfxHex, 'hex'), certificate.password, signal);
  if (certificate === null) notes.push('The variables of the media hold no certificate.');
  else if (times === null) {
    notes.push('The certificate in the media could not be opened: its dates are not known.');
  }
  return {
    dates: { ...dates, certificateStart: times?.start ?? null, certificateEnd: times?.end ?? null },
    guid,
    notes,
  };
}

/**
 * Decrypts the file and reads what is in it.
 * @param name of the media, for messages
 * @throws PrestageError media-variables-damaged, media-password-wrong
 */
export function decryptVariables(file: Buffer, password: string, name: string): ReadVariables {
  const form = readVariablesForm(file);
  if (typeof form === 'string') throw damaged(name, form);
  const plain = decrypt(file, form, password);
  // The first block tells: with another key it is noise.
  const text = plain.toString('utf16le').replace(/^\uFEFF/, '');
  if (!/^\s*<[?!A-Za-z]/.test(text)) throw passwordWrong(name);
  const padding = plain.at(-1) ?? 0;
  if (padding < 1 || padding > 16 || plain.subarray(-padding).some((byte) => byte !== padding)) {
    throw damaged(name, 'is damaged at its end');
  }
  const whole = plain
    .subarray(0, -padding)
    .toString('utf16le')
    .replace(/^\uFEFF/, '')
    .replace(/\0+$/, '');
  return interpretVariables(variablesIn(whole, name));
}

/** AES in CBC mode without an initial vector; the key comes from the password as CryptDeriveKey makes it. */
function decrypt(file: Buffer, { keyBytes, offset, length }: VariablesForm, password: string): Buffer {
  const hash = createHash('sha1').update(Buffer.from(password, 'utf16le')).digest();
  // Source: Microsoft, CryptDeriveKey, "Remarks": for AES the hash is spread over two blocks of 64 bytes.
  const spread = (pad: number): Buffer => {
    const block = Buffer.alloc(64, pad);
    for (const [at, byte] of hash.entries()) block.writeUInt8(byte ^ pad, at);
    return createHash('sha1').update(block).digest();
  };
  const key = Buffer.concat([spread(0x36), spread(0x5c)]).subarray(0, keyBytes);
  const decipher = createDecipheriv(`aes-${keyBytes * 8}-cbc`, key, Buffer.alloc(16)).setAutoPadding(false);
  return Buffer.concat([decipher.update(file.subarray(offset, offset + length)), decipher.final()]);
}

/** Name in lower case → value. Of a name that is there twice the last counts, as for Configuration Manager's own reader. */
function variablesIn(text: string, name: string): ReadonlyMap<string, string> {
  if (declaresDocumentType(text)) throw damaged(name, 'is damaged: it declares a document type');
  let root: unknown;
  try {
    root = parseXml(text, 'var');
  } catch (error) {
    // The parser's words may hold a piece of the text.
    throw damaged(name, 'is damaged: it is not XML', error instanceof Error ? error.name : null);
  }
  const found = new Map<string, string>();
  for (const list of Object.values(isXmlNode(root) ? root : {})) {
    const entries: unknown = isXmlNode(list) ? list['var'] : undefined;
    for (const entry of Array.isArray(entries) ? (entries as readonly unknown[]) : []) {
      if (!isXmlNode(entry)) continue;
      const { '@name': key, '#text': value } = entry;
      if (typeof key === 'string' && typeof value === 'string') {
        found.set(key.toLowerCase(), unescaped(value));
      }
    }
  }
  if (found.size === 0) throw damaged(name, 'is damaged: it holds no variables');
  return found;
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function unescaped(text: string): string {
  return text.replace(/&(lt|gt|amp|quot|apos);/g, (_, entity: string) => entities[entity] ?? '');
}

/** The file's bytes. @throws PrestageError media-variables-missing, media-variables-damaged */
async function variablesFile(source: ImageSource, signal?: AbortSignal): Promise<Buffer> {
  const sizes: number[] = [];
  await readDentries(
    source,
    signal,
    (dentry) => {
      if (!dentry.attributes.directory) sizes.push(dentry.content);
    },
    { path: variablesPath },
  );
  const name = source.wim;
  const [bytes] = sizes;
  if (bytes === undefined) {
    throw new PrestageError({
      code: 'media-variables-missing',
      message: `${sanitizeForDisplay(name, 300)} has no file \\SMS\\data\\variables.dat: a password opens nothing in it.`,
    });
  }
  if (bytes > largestVariables) throw damaged(name, 'is larger than any file of media variables');
  const { status, stdout, stderr } = await runTool(
    'wimlib-imagex',
    [
      ...['extract', source.wim, String(source.imageIndex), variablesPath, '--to-stdout', '--no-globs'],
      ...source.refs,
    ],
    {
      signal,
      timeout: timeouts.mediaListing,
      memoryLimit: listingMemory,
      environment: anyCase,
      outputLimit: largestVariables,
    },
  );
  if (status !== 0) throw wimlibFailure(status, stderr, name);
  return stdout;
}

function damaged(name: string, what: string, cause: string | null = null): PrestageError {
  return new PrestageError({
    code: 'media-variables-damaged',
    message: `\\SMS\\data\\variables.dat in ${sanitizeForDisplay(name, 300)} ${what}.`,
    cause,
  });
}

function passwordWrong(name: string): PrestageError {
  return new PrestageError({
    code: 'media-password-wrong',
    message: `The password does not open the variables of ${sanitizeForDisplay(name, 300)}.`,
  });
}
