import { resolve } from 'node:path';
import { Command } from 'commander';
import { z } from 'zod';
import { sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { counted } from '../../core/base/plurals';
import { askFor, findingText, partFindingSchema } from '../../core/delivery/findings';
import { receiptSchema } from '../../core/delivery/library';
import { dateNotices } from '../../core/media/media-dates';
import { receiveMedia, type ReceiveResult } from '../delivery/receive';
import { requireStationKey } from '../ledger/keys';
import { libraryFolder, MediaLibrary } from '../library/media-library';
import { checkReceipt } from '../library/receipt';
import { OrderReader } from '../orders/order-reader';
import { addDateOptions, findDates, type DateOptions } from './media-dates';
import { commandAction, failsWhen, jsonOption, stateOption, type CommandContext } from './command-context';
import { exitCodes } from './exit-codes';
import { libraryMediaForm, shownMedia } from './media-library-command';
import { requireNew, writeNewFile } from './new-file';
import { operatorOf, operatorOption } from './operator-option';
import { details, localTime } from './output';
import { readInput, trustedKeys, trustOption } from './proof-commands';
import { withStation } from './station-context';

/** What `media receive --json` prints. */
export const mediaReceiveForm = z.discriminatedUnion('result', [
  z.strictObject({
    result: z.literal('received'),
    media: libraryMediaForm,
    receipt: receiptSchema,
    /** What speaks against its dates or its signature, though it was taken. */
    warnings: z.array(z.string()),
    /** Files that look like parts of this delivery and are not. */
    foreignFiles: z.array(z.string()),
  }),
  z.strictObject({
    /** It was in the library already. */
    result: z.literal('here'),
    media: libraryMediaForm,
    /** Null when it is not there any more. */
    receipt: receiptSchema.nullable(),
    /** What speaks against its dates or its signature. */
    warnings: z.array(z.string()),
  }),
  z.strictObject({
    result: z.literal('incomplete'),
    name: z.string(),
    version: z.string(),
    revision: z.int().positive(),
    /** Of the delivery. */
    parts: z.int().positive(),
    findings: z.array(partFindingSchema),
    /** Files that look like parts of this delivery and are not. */
    foreignFiles: z.array(z.string()),
  }),
]);

/** What `media check-receipt --json` prints. */
export const checkReceiptForm = z.discriminatedUnion('ok', [
  z.strictObject({ ok: z.literal(true), receipt: receiptSchema }),
  z.strictObject({
    ok: z.literal(false),
    /** Why the receipt is not valid. */
    reason: z.string(),
  }),
]);

interface ReceiveOptions extends DateOptions {
  readonly from: readonly string[];
  readonly base?: string;
  readonly older?: string;
  readonly keepParts?: true;
  readonly operator?: string;
  readonly receipt?: string;
}
interface CheckOptions {
  readonly manifest: string;
  readonly trust: readonly string[];
}

/** `prestage media receive`. */
export function mediaReceiveCommand(): Command {
  const collect = (value: string, before: readonly string[]): string[] => [...before, value];
  return failsWhen(
    addDateOptions(new Command('receive')),
    'parts are missing or damaged; what is whole was kept',
  )
    .description('prove a media file that was sent, join its parts, and put it into the media library')
    .argument('<folder>', 'folder with the manifest and the parts, or the manifest')
    .option(
      '--from <folder>',
      'another folder with parts: a second copy, or what was sent again',
      collect,
      [],
    )
    .option('--base <file>', 'the older media of a difference (default: from the library)')
    .option(
      '--older <reason>',
      'receive a media file that is older than the one in the library, and record why',
    )
    .option('--keep-parts', 'keep the parts as they are; without it they are joined')
    .option('--receipt <file>', 'write the signed receipt for the sender to this file')
    .addOption(operatorOption())
    .addOption(stateOption())
    .addOption(jsonOption(mediaReceiveForm))
    .action(
      commandAction<ReceiveOptions>(async (context, options, [folder = '']) => {
        const { output, signal, helpers } = context;
        const { receipt: receiptFile } = options;
        if (receiptFile !== undefined) requireNew(receiptFile);
        const operator = operatorOf(options.operator);
        const olderReason = options.older === undefined ? null : plainText('--older', options.older);
        return await withStation(context, operator, async ({ ledger, paths, settings }) => {
          const key = requireStationKey(paths);
          const library = new MediaLibrary(libraryFolder(paths, settings));
          const shipBy = new OrderReader(ledger, paths).current()?.order.shipBy ?? null;
          const taken = await receiveMedia(
            {
              path: resolve(folder),
              others: options.from.map((one) => resolve(one)),
              base: options.base === undefined ? null : resolve(options.base),
              olderReason,
              keepParts: options.keepParts ?? false,
              operator,
            },
            {
              paths,
              library,
              station: { name: settings.stationName, key },
              shipBy,
              client: await helpers.plain(),
              signal,
              onProgress: (progress) => {
                output.progress.task('media', progress);
              },
            },
          );
          const received = await withFoundDates(taken, library, shipBy, options, context);
          if (receiptFile !== undefined && received.result !== 'incomplete' && received.receipt !== null) {
            const media = library.require(received.media.entry.sha256);
            writeNewFile(receiptFile, readInput(`${media.folder}/receipt.json`));
          }
          if ('foreignFiles' in received) {
            for (const name of received.foreignFiles) {
              output.message(`note: ${name} is not in the manifest, and was not used.`);
            }
          }
          if ('warnings' in received) {
            for (const warning of received.warnings) output.message(`warning: ${warning}`);
          }
          output.result<typeof mediaReceiveForm>(documentOf(received), () => receivedText(received));
          return received.result === 'incomplete' ? exitCodes.failed : exitCodes.good;
        });
      }),
    );
}

/** `prestage media check-receipt`. */
export function checkReceiptCommand(): Command {
  return failsWhen(new Command('check-receipt'), 'the receipt is not valid')
    .description('check the receipt of a station for a media file that was sent; needs no state folder')
    .argument('<receipt>', 'the receipt')
    .requiredOption('--manifest <file>', 'the manifest that was sent')
    .addOption(trustOption().makeOptionMandatory())
    .addOption(jsonOption(checkReceiptForm))
    .action(
      commandAction<CheckOptions>((context, { manifest, trust }, [file = '']) => {
        const text = readInput(file).toString('utf8');
        const verdict = checkReceipt(text, readInput(manifest), trustedKeys(trust));
        context.output.result<typeof checkReceiptForm>(verdict, () => {
          if (!verdict.ok) return `The receipt is NOT valid. ${verdict.reason}`;
          const { receipt } = verdict;
          return [
            'The receipt is valid.',
            details([
              ['media', `${receipt.name}, version ${receipt.version}, revision ${receipt.revision}`],
              ['SHA-256', receipt.sha256],
              ['received', localTime(new Date(receipt.receivedAt))],
              ['station', receipt.station.name],
              ['operator', receipt.operator],
              ['station key', receipt.station.keyFingerprint],
            ]),
          ].join('\n');
        });
        return Promise.resolve(verdict.ok ? exitCodes.good : exitCodes.failed);
      }),
    );
}

/** What the recipe and the media's own variables say of the dates, beside the manifest: kept with the media, and warned of. */
async function withFoundDates(
  received: ReceiveResult,
  library: MediaLibrary,
  shipBy: string | null,
  options: DateOptions,
  context: CommandContext,
): Promise<ReceiveResult> {
  if (received.result === 'incomplete' || received.media.path === null) return received;
  const { dates } = await findDates({ path: received.media.path, imageIndex: 1 }, options, context);
  if (dates === null) return received;
  const media = library.giveDates(received.media, dates);
  const late = dateNotices(media.entry.dates ?? null, { now: new Date(), shipBy });
  return { ...received, media, warnings: [...new Set([...received.warnings, ...late])] };
}

function documentOf(received: ReceiveResult): z.infer<typeof mediaReceiveForm> {
  switch (received.result) {
    case 'received':
      return {
        result: 'received',
        media: shownMedia(received.media),
        receipt: received.receipt,
        warnings: [...received.warnings],
        foreignFiles: [...received.foreignFiles],
      };
    case 'here':
      return {
        result: 'here',
        media: shownMedia(received.media),
        receipt: received.receipt,
        warnings: [...received.warnings],
      };
    case 'incomplete': {
      const { name, version, revision, parts } = received.manifest;
      return {
        result: 'incomplete',
        ...{ name, version, revision },
        parts: parts.length,
        findings: [...received.findings],
        foreignFiles: [...received.foreignFiles],
      };
    }
  }
}

function receivedText(received: ReceiveResult): string {
  if (received.result === 'incomplete') {
    const { manifest, findings } = received;
    const parts = manifest.parts.length;
    return [
      `The media ${shown(manifest.name)} is NOT complete: ${counted(findings.length, 'part is', 'parts are')} not as sent.`,
      ...findings.map((finding) => `  ${findingText(finding, parts)}`),
      '',
      'Ask the sender for:',
      ...findings.map((finding) => `  ${askFor(finding)}`),
      '',
      'What is whole was kept. With the parts that are sent again, run the same command with --from FOLDER.',
    ].join('\n');
  }
  const { entry, path, folder } = received.media;
  return [
    received.result === 'received'
      ? 'The media is proved and in the library.'
      : 'The media is in the library already. Nothing was done.',
    details([
      ['media', `${entry.name}, version ${entry.version}, revision ${entry.revision}`],
      ['signed by', `${entry.signer.name}, key ${entry.signer.key}`],
      ['SHA-256', entry.sha256],
      ['file', path ?? `${folder} (in parts)`],
      ['receipt', `${folder}/receipt.json`],
      ...(entry.older === undefined
        ? []
        : [['older than', `revision ${entry.older.revision}: ${entry.older.reason}`] as const]),
    ]),
  ].join('\n');
}

/** @throws PrestageError usage when a text that is recorded is not plain */
function plainText(option: string, text: string): string {
  const plain = sanitizeForDisplay(text, 200);
  if (plain !== '' && plain === text) return plain;
  throw new PrestageError({
    code: 'usage',
    message: `The text for ${option} must be 1 to 200 visible characters on one line.`,
  });
}

function shown(text: string): string {
  return sanitizeForDisplay(text, 80);
}
