import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { formatBytes, sanitizeForDisplay, shownPath } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { recordedLoaderWords } from '../../core/boot/loader-choice';
import { machineEndWords } from '../../core/machine/at-end';
import type { WorkOrder } from '../../core/order/order';
import { replacedText } from '../../core/machine/replaced-computer';
import { problemText, readOrder } from '../../core/order/order-file';
import { auditBundle, auditReportSchema, type AuditReport } from '../shipment/audit-bundle';
import { decodeText } from '../orders/order-files';
import { orderNumberIn, UnreadableBundle } from '../shipment/read-bundle';
import { NotABundle } from '../shipment/zip';
import { parseManifest } from '../signing/signed-manifest';
import { commandAction, failsWhen, jsonOption } from './command-context';
import { readInput, trustedKeys, trustOption } from './proof-commands';
import { exitCodes } from './exit-codes';
import { details, localTime, table } from './output';
import { counted } from '../../core/base/plurals';

interface AuditOptions {
  readonly trust: readonly string[];
  readonly order?: string;
  readonly expectSha256?: string;
  readonly training?: true;
  readonly media?: string;
}

/** `prestage audit`: whether a shipment's bundle is what it says, and what was asked for. */
export function auditCommand(): Command {
  return failsWhen(new Command('audit'), 'the shipment did not pass the audit')
    .argument('<file>', 'the bundle of the shipment')
    .description('check the bundle of a shipment; needs no network, no state folder and no special rights')
    .addOption(trustOption().makeOptionMandatory())
    .option('--order <file>', 'the work order that the shipment is for')
    .option('--expect-sha256 <hex>', 'SHA-256 of the media that every machine should have', parseHash)
    .option('--media <manifest>', 'manifest of the media that every machine should have (NAME.media.json)')
    .option('--training', 'accept training drives: the shipment is for training')
    .addOption(jsonOption(auditReportSchema))
    .action(
      commandAction<AuditOptions>((context, options, [file = '']) => {
        const { output } = context;
        const trusted = trustedKeys(options.trust);
        const zip = readInput(file);
        const report = guarded(file, () => {
          const orders =
            options.order === undefined ? null : readOrderFile(options.order, orderNumberIn(zip));
          return auditBundle({
            zip,
            trusted,
            order: orders?.order ?? null,
            formerOrder: orders?.former ?? null,
            expectedSha256: options.expectSha256 ?? null,
            training: options.training ?? false,
            manifest: options.media === undefined ? null : readMediaManifest(options.media),
          });
        });
        for (const { code, message } of report.doubts) output.message(`${code}: ${message}`);
        for (const { code, message } of report.notes) output.message(`note: ${code}: ${message}`);
        output.result<typeof auditReportSchema>(report, () => auditText(report, options.order !== undefined));
        return Promise.resolve(report.ok ? exitCodes.good : exitCodes.failed);
      }),
    );
}

function parseHash(text: string): string {
  if (!/^[0-9a-fA-F]{64}$/.test(text)) throw new InvalidArgumentError('It must be 64 hexadecimal digits.');
  return text.toLowerCase();
}

/** @throws PrestageError shipment-invalid when the file is no bundle */
function guarded<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof NotABundle) && !(error instanceof UnreadableBundle)) throw error;
    throw new PrestageError({
      code: 'shipment-invalid',
      message: `${shownPath(file)} is not the bundle of a shipment, or is incomplete.`,
      cause: error.message,
    });
  }
}

/** What is compared with a manifest. @throws PrestageError usage, delivery-invalid */
function readMediaManifest(file: string): { sha256: string; mediaSha256: string } {
  const bytes = readInput(file);
  const { media } = parseManifest(file, bytes);
  return { sha256: createHash('sha256').update(bytes).digest('hex'), mediaSha256: media.sha256 };
}

/**
 * Reads the order. One that does not say its own number is taken for the one that the shipment names.
 * @returns the order, and as an earlier version read it
 * @throws PrestageError usage, order-invalid
 */
function readOrderFile(
  file: string,
  shipped: string | null,
): { readonly order: WorkOrder; readonly former: WorkOrder | null } {
  const text = decodeText(basename(file), readInput(file));
  const alone = readOrder(text, null, null);
  const reading = alone.result === 'read' ? alone : readOrder(text, shipped, null);
  if (reading.result === 'read') {
    const former = readOrder(text, alone.result === 'read' ? null : shipped, 'former');
    return { order: reading.order, former: former.result === 'read' ? former.order : null };
  }
  throw new PrestageError({
    code: 'order-invalid',
    message: `The work order ${shownPath(file)} cannot be used.`,
    cause: reading.problems.slice(0, 50).map(problemText).join('\n'),
    remedy: 'Give the work order file that was sent to the depot.',
  });
}

function auditText(report: AuditReport, ordered: boolean): string {
  const count = report.doubts.length;
  const verdict = report.ok
    ? `The shipment passed the audit: ${machineCount(report.machines.length)} checked.`
    : `The shipment did NOT pass the audit: ${counted(count, 'finding', 'findings')}.`;
  const pairs = report.machines.some(({ replaces }) => replaces !== undefined);
  const packs = report.machines.some(({ driverPack }) => driverPack !== undefined);
  const rows = report.machines.map((machine) => [
    machine.machineSerial,
    machine.computerName,
    ...(pairs ? [machine.replaces === undefined ? null : replacedText(machine.replaces)] : []),
    ...(packs ? [machine.driverPack ?? (machine.driverPack === null ? 'none' : null)] : []),
    machine.driveSerial,
    formatBytes(machine.bytesVerified),
    machine.health ?? 'none',
    machine.rehearsed === null ? null : machine.rehearsed ? 'boots' : 'does not boot',
    localTime(new Date(machine.finishedAt)),
    String(machine.ledgerEntry),
    machine.entryHash.slice(0, 12),
    machine.doubts === 0 ? 'ok' : 'FINDING',
  ]);
  const titles = [
    'MACHINE',
    'NAME',
    ...(pairs ? ['REPLACES'] : []),
    ...(packs ? ['DRIVERS'] : []),
    'DRIVE',
    'READ BACK',
    'HEALTH',
    'BOOT TEST',
    'FINISHED',
    'ENTRY',
    'HASH',
    'RESULT',
  ];
  return [
    ...(rows.length === 0
      ? []
      : [
          table(
            titles.map((title) => ({ title })),
            rows,
          ),
          '',
        ]),
    details([
      ['shipment', report.number],
      [
        'work order',
        `${report.orderNumber ?? 'none'}${ordered ? '' : ' (not compared: --order was not given)'}`,
      ],
      ['closed', localTime(new Date(report.closedAt))],
      ['station', report.stationName],
      ['station key', report.keyFingerprint],
      ['boot loader', loaderLines(report)],
      ['disk image', sourceLines(report)],
      ['at the end', endLines(report)],
      [
        'media',
        report.media.map(
          ({ fileName, sha256, machines, signedManifest: signed }) =>
            `${fileName}, SHA-256 ${sha256}, ${machineCount(machines)}${signed === undefined ? '' : `; ${signed.name} revision ${signed.revision}, signed by ${signed.signer.name}`}`,
        ),
      ],
    ]),
    '',
    verdict,
    ...(report.ok ? [] : ['Do not use its machines or import its files until every finding is resolved.']),
  ].join('\n');
}

/** Each loader once, with how many machines have it: hardly any shipment has two. */
function loaderLines({ machines }: AuditReport): string[] | null {
  return eachOnce(
    machines.flatMap(({ loader }) => (loader === undefined ? [] : [recordedLoaderWords(loader)])),
  );
}

/** What machines of a rack were told at their end, with how many were. */
function endLines({ machines }: AuditReport): string[] | null {
  return eachOnce(machines.flatMap(({ atEnd }) => (atEnd === undefined ? [] : [machineEndWords(atEnd)])));
}

/** Each other station whose disk images were written, with how many machines have one. */
function sourceLines({ machines }: AuditReport): string[] | null {
  return eachOnce(
    machines.flatMap(({ imageFrom }) => {
      if (imageFrom === undefined) return [];
      const { station, certificate, keyFingerprint } = imageFrom;
      return [`from station ${station} (fingerprint ${certificate}, key ${keyFingerprint ?? 'not told'})`];
    }),
  );
}

function eachOnce(lines: readonly string[]): string[] | null {
  const found = new Map<string, number>();
  for (const line of lines) {
    const words = sanitizeForDisplay(line, 1000);
    found.set(words, (found.get(words) ?? 0) + 1);
  }
  if (found.size === 0) return null;
  return [...found].map(([words, count]) => `${machineCount(count)}: ${words}`);
}

function machineCount(count: number): string {
  return counted(count, 'machine', 'machines');
}
