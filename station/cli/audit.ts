import { Command } from 'commander';
import { formatBytes } from '../../core/display';
import { PrestageError } from '../../core/errors';
import type { WorkOrder } from '../../core/order';
import { readOrderFile } from '../orders/order-files';
import { auditBundle, type AuditReport } from '../shipment/audit';
import { commandAction, jsonOption } from './context';
import { exitCodes } from './exit-codes';
import { facts, table } from './output';
import { readInput, trustedKeys, trustOption } from './trust';

interface AuditOptions {
  readonly trust: readonly string[];
  readonly order?: string;
}

/** `prestage audit`: the enterprise's side. Needs no station, no helper and no network. */
export function auditCommand(): Command {
  return new Command('audit')
    .description('check the bundle of a shipment, before anything of it is imported')
    .argument('<file>', 'what "prestage ship" wrote')
    .addOption(trustOption().makeOptionMandatory())
    .option('--order <file>', 'the work order, to see that the shipment is complete')
    .addOption(jsonOption())
    .action(
      commandAction<AuditOptions>((context, { trust, order }, [file = '']) => {
        const report = auditBundle(
          readInput(file),
          trustedKeys(trust),
          order === undefined ? null : (number) => readOrder(order, number),
        );
        context.output.result(documentOf(report), () => reportText(report));
        return Promise.resolve(report.ok ? exitCodes.good : exitCodes.failed);
      }),
    );
}

/** An order's file need not say its number: then it is the one that the shipment says. */
function readOrder(file: string, number: string | null): WorkOrder {
  try {
    return readOrderFile(file, null).order;
  } catch (error) {
    if (number === null || !(error instanceof PrestageError)) throw error;
    return readOrderFile(file, number).order;
  }
}

function documentOf({ ok, findings, notes, shipment, machines }: AuditReport): object {
  return {
    ...{ ok, findings, notes, shipment },
    machines: machines.map(({ machineSerial, job, result, rehearsal, endedAt, operator, sequence }) => ({
      machineSerial,
      driveSerial: job.drive.serial,
      mediaSha256: job.media.sha256,
      bytesVerified: result.bytesVerified,
      rehearsed: rehearsal?.passed ?? null,
      ...{ endedAt, operator, ledgerEntry: sequence },
    })),
  };
}

function reportText({ ok, findings, notes, shipment, machines }: AuditReport): string {
  const head =
    shipment === null
      ? []
      : [
          facts([
            ['shipment', shipment.number],
            ['order', shipment.orderNumber],
            ['closed', `${shipment.time.slice(0, 19).replace('T', ' ')} UTC`],
            ['station', shipment.station.name],
            ['station key', shipment.station.keyFingerprint],
            ['machines', String(shipment.machines)],
          ]),
        ];
  const list =
    machines.length === 0
      ? []
      : [
          table(
            ['MACHINE', 'DRIVE', 'MEDIA', 'READ BACK', 'STARTS', 'ENTRY'].map((title) => ({ title })),
            machines.map(({ machineSerial, job, result, rehearsal, sequence }) => [
              machineSerial,
              job.drive.serial ?? job.drive.id,
              job.media.sha256.slice(0, 12),
              formatBytes(result.bytesVerified),
              rehearsal === null ? null : 'yes',
              String(sequence),
            ]),
          ),
        ];
  const verdict = ok
    ? 'Nothing is in doubt: every machine was written, read back and compared, and recorded by the trusted station.'
    : `IN DOUBT, do not import it:\n${findings.map(({ message }) => `  ${message}`).join('\n')}`;
  return [...head, ...list, ...notes.map((note) => `note: ${note}`), verdict].join('\n\n');
}
