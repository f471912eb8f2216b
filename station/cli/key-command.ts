import { X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { z } from 'zod';
import { sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { sha256Schema } from '../../core/media/chunk-map';
import { dayOf } from '../../core/base/day';
import { fingerprintOf, publicKeyFile, publicKeyText } from '../signing/minisign';
import { newSecretKey, secretKeyFile } from '../signing/secret-key';
import {
  certificateKey,
  forgetKey,
  keyOf,
  minisignKey,
  requireTrusted,
  trustedKeySchema,
  trustedKeysIn,
  trustKey,
  validityOf,
  type TrustedKey,
} from '../signing/trusted-keys';
import { namedPlace } from '../state/disk';
import { requireStateDirectory, statePaths, writeNewFile } from '../state/state-paths';
import { typesName } from './apply-questions';
import { newPasswordFrom } from './ask-password';
import { commandAction, jsonOption, stateOption } from './command-context';
import { requireNew } from './new-file';
import { details, localTime, table } from './output';
import { readInput } from './proof-commands';

/** What `key create --json` prints. */
export const keyCreateForm = z.strictObject({
  /** The secret key, absolute. */
  file: z.string(),
  /** The public key, absolute: for those who receive media. */
  publicKeyFile: z.string(),
  /** Fingerprint: SHA-256 of the public key (SPKI, DER). */
  key: sha256Schema,
  /** As minisign prints it. */
  keyId: z.string(),
  /** The public key, as minisign writes it. */
  publicKey: z.string(),
  /** False: who can read the file can sign. */
  encrypted: z.boolean(),
});

/** What `key show`, `key trust` and `key forget` print. */
export const keyForm = trustedKeySchema;

/** What `key list --json` prints. */
export const keyListForm = z.strictObject({ keys: z.array(trustedKeySchema) });

interface CreateOptions {
  readonly passwordFile?: string;
  readonly plain?: true;
}
interface TrustOptions {
  readonly publicKey?: string;
  readonly certificate?: string;
}

/** `prestage key create | show | trust | list | forget`. */
export function keyCommand(): Command {
  const command = new Command('key').description('keys that media are signed with, and whose are trusted');
  addCreate(command);
  addShow(command);
  addTrust(command);
  command
    .command('list')
    .description('list the keys that are trusted at this station')
    .addOption(stateOption())
    .addOption(jsonOption(keyListForm))
    .action(
      commandAction<object>((context) => {
        requireStateDirectory(context.stateDirectory);
        const keys = trustedKeysIn(statePaths(context.stateDirectory, { make: false }));
        context.output.result<typeof keyListForm>({ keys }, () => listText(keys));
        return Promise.resolve(undefined);
      }),
    );
  command
    .command('forget')
    .argument('<name>', 'name of the trusted key')
    .description('stop trusting a key; media that were received with it are no longer proved')
    .option('--yes', 'do not ask')
    .addOption(stateOption())
    .addOption(jsonOption(keyForm))
    .action(
      commandAction<{ yes?: true }>(async (context, { yes }, [name = '']) => {
        requireStateDirectory(context.stateDirectory);
        const paths = statePaths(context.stateDirectory, { make: false });
        const key = requireTrusted(paths, name);
        if (yes !== true) await confirmForget(key, context.signal);
        forgetKey(paths, name);
        context.output.result<typeof keyForm>(
          key,
          () => `The key ${key.key} of ${shown(key.name)} is no longer trusted.`,
        );
        return undefined;
      }),
    );
  return command;
}

function addCreate(command: Command): void {
  command
    .command('create')
    .argument('<file>', 'file for the secret key; the public key is written beside it, with .pub')
    .description('make a key pair to sign media with, in the form of minisign')
    .option('--password-file <file>', 'file with the password for the key, which only you can read')
    .option('--plain', 'do not encrypt the key: who can read the file can sign')
    .addOption(jsonOption(keyCreateForm))
    .action(
      commandAction<CreateOptions>(async (context, { passwordFile, plain }, [given = '']) => {
        const file = resolve(given);
        const publicFile = `${file}.pub`;
        for (const one of [file, publicFile]) requireNew(one);
        const password = plain === true ? null : await newPassword(passwordFile, context.signal);
        const key = newSecretKey();
        const text = await secretKeyFile(key, password);
        writeNewFile(file, text, 0o600, namedPlace(file));
        writeNewFile(publicFile, publicKeyFile(key.keyId, key.publicKey), 0o644, namedPlace(publicFile));
        const document = {
          file,
          publicKeyFile: publicFile,
          key: fingerprintOf(key.publicKey),
          keyId: key.keyId,
          publicKey: publicKeyText(key.keyId, key.publicKey),
          encrypted: password !== null,
        };
        context.output.result<typeof keyCreateForm>(document, () =>
          [
            details([
              ['secret key', password === null ? `${file} (not encrypted)` : file],
              ['public key', publicFile],
              ['fingerprint', document.key],
              ['key ID', key.keyId],
            ]),
            '',
            'Keep the secret key and a backup of it. Give the public key to those who receive media,',
            'and tell them its fingerprint by telephone or in person.',
          ].join('\n'),
        );
        return undefined;
      }),
    );
}

async function newPassword(file: string | undefined, signal: AbortSignal): Promise<string> {
  const refusal = {
    code: 'key-invalid',
    remedy: 'Nothing was written. Start again. For a key without a password, use --plain.',
  } as const;
  return await newPasswordFrom(file, 'Password for the new key: ', refusal, signal);
}

function addShow(command: Command): void {
  command
    .command('show')
    .argument('<key>', 'name of a trusted key, or a file with a public key or a certificate')
    .description('show the fingerprint of a key, to compare it by telephone')
    .addOption(stateOption())
    .addOption(jsonOption(keyForm))
    .action(
      commandAction<object>((context, _options, [given = '']) => {
        const key = existsSync(given)
          ? keyOf(given, readInput(given).toString('utf8'), given, new Date())
          : requireTrusted(statePaths(context.stateDirectory, { make: false }), given);
        context.output.result<typeof keyForm>(key, () => keyText(key, existsSync(given)));
        return Promise.resolve(undefined);
      }),
    );
}

function addTrust(command: Command): void {
  command
    .command('trust')
    .argument('<name>', 'name of the enterprise')
    .description('trust a key: media that it signed can be received')
    .option('--public-key <key>', 'file with a minisign public key, or the key itself')
    .option('--certificate <file>', 'file with the certificate that signs (PEM)')
    .addOption(stateOption())
    .addOption(jsonOption(keyForm))
    .action(
      commandAction<TrustOptions>((context, { publicKey, certificate }, [name = '']) => {
        if ((publicKey === undefined) === (certificate === undefined)) {
          throw new PrestageError({
            code: 'usage',
            message: 'One key is wanted: --public-key or --certificate.',
          });
        }
        const given = publicKey ?? certificate ?? '';
        const key =
          certificate !== undefined
            ? certificateKey(name, readInput(certificate).toString('utf8'), certificate, new Date())
            : minisignKey(name, existsSync(given) ? readInput(given).toString('utf8') : given, given);
        const isNew = trustKey(statePaths(context.stateDirectory), key);
        context.output.result<typeof keyForm>(key, () =>
          isNew
            ? `The key ${key.key} is now trusted as ${shown(name)}.`
            : `The key ${key.key} was trusted as ${shown(name)} before.`,
        );
        return Promise.resolve(undefined);
      }),
    );
}

function keyText(key: TrustedKey, ofFile: boolean): string {
  return details([
    [ofFile ? 'file' : 'name', key.name],
    ['kind', key.kind],
    ['fingerprint', key.key],
    ...(key.kind === 'minisign'
      ? [['key ID', key.keyId] as const, ['public key', key.publicKey] as const]
      : []),
    ...(key.kind === 'certificate' ? [['valid', validText(key, new Date())] as const] : []),
    ...(ofFile ? [] : [['trusted since', localTime(new Date(key.since))] as const]),
  ]);
}

function listText(keys: readonly TrustedKey[]): string {
  if (keys.length === 0) return 'No key is trusted at this station.';
  return table(
    ['NAME', 'KIND', 'FINGERPRINT', 'TRUSTED SINCE', 'VALID'].map((title) => ({ title })),
    keys.map((key) => [
      ...[key.name, key.kind, key.key, localTime(new Date(key.since))],
      key.kind === 'certificate' ? validText(key, new Date()) : null,
    ]),
  );
}

/** Until when a certificate is valid: what has ended is told. */
function validText({ certificate }: Extract<TrustedKey, { kind: 'certificate' }>, now: Date): string {
  const { to } = validityOf(new X509Certificate(certificate));
  const day = dayOf(to.toISOString());
  return now > to ? `ENDED on ${day}` : `until ${day}`;
}

/** @throws PrestageError not-confirmed */
async function confirmForget(key: TrustedKey, signal: AbortSignal): Promise<void> {
  const question = `Media signed with ${key.key} will be refused. Type the name '${shown(key.name)}' to forget it: `;
  if (await typesName(question, key.name, signal)) return;
  throw new PrestageError({
    code: 'not-confirmed',
    message: `Forgetting the key of ${shown(key.name)} was not confirmed.`,
    remedy: 'Nothing was changed. Type the name when it is asked for, or add --yes.',
  });
}

function shown(text: string): string {
  return sanitizeForDisplay(text, 60);
}
