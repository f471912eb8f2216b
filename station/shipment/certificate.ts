import { recordedLoaderWords } from '../../core/boot/loader-choice';
import { sanitisedLines, sanitisedWords } from '../../core/sanitise/words';
import { driveAgainWords } from '../../core/job/drive-again';
import { ownDiskWords } from '../../core/drive/live-disks';
import { comparedWords } from '../../core/job/compared-words';
import { receivedWords } from '../../core/job/received-words';
import { atEndWords, machineEndWords } from '../../core/machine/at-end';
import { admissionWords, agentVersions } from '../../core/machine/agent-words';
import { formatBytes, formatDuration, sanitizeForDisplay } from '../../core/base/display';
import { jobHealthWords } from '../../core/health/health-words';
import { sizeWords } from '../../core/health/size-check';
import { slowWords } from '../../core/health/slow';
import type { JobDetails } from '../../core/ledger/record';
import { comparedWith } from '../../core/media/compared-with';
import { leftOutText } from '../../core/media/left-out';
import { macWords } from '../../core/machine/machine-details';
import { replacedText } from '../../core/machine/replaced-computer';
import type { MachineContent } from './content';
import type { ShipmentDetails } from '../../core/shipment/shipment';
import { machineCode } from './machine-code';
import { drawPage, driveRows, type Row } from './certificate-page';
import { makePdf, utc } from './pdf';

export type PageDetails = Omit<ShipmentDetails, 'files' | 'format' | 'version'>;

/** One page that says what was put on a machine's drive, and how it was proved. */
export async function certificate(details: PageDetails, machine: MachineContent): Promise<Uint8Array> {
  const { machineSerial, ended, withdrawn } = machine;
  const foot = `Shipment ${details.number}, machine ${machineSerial}. To verify it, run "prestage audit": the signed record proves this page.`;
  const title = `Certificate, machine ${machineSerial}`;
  return await makePdf({ title, time: details.closedAt, foot }, (pdf) => {
    drawPage(pdf, {
      heading: 'CERTIFICATE FOR A PRESTAGED MACHINE',
      name: machineSerial,
      code: machineCode(details, machine),
      tone: withdrawn === null ? 'good' : 'bad',
      word: withdrawn === null ? 'VERIFIED' : 'NOT VALID',
      said: withdrawn ?? `${erasedFirst(machine)}${readBackWords}`,
      sections: sections(details, machine),
      proof: `Entry ${ended.sequence} of the station’s ledger has the SHA-256 above and is signed with the station key.`,
    });
  });
}

const readBackWords =
  'Read-back verification: every written range was read back and compared before the drive got its partition table.';

/** Of a drive that was erased before it was written, that as well. */
function erasedFirst({ finished: { sanitised } }: MachineContent): string {
  return sanitised === undefined ? '' : `${sanitisedWords(sanitised)}. Then written. `;
}

/** Files that go onto the page; the record has all of them. */
const shownFiles = 4;

/** Each file with its SHA-256, blanks at its end included. */
function machineFileRows(files: NonNullable<JobDetails['machineFiles']>): Row[] {
  const rows = files.slice(0, shownFiles).flatMap(({ path, sha256 }): Row[] => [
    ['Own file', sanitizeForDisplay(path, 240)],
    ['SHA-256', sha256, 'fixed'],
  ]);
  const more = files.length - shownFiles;
  return more > 0 ? [...rows, ['More files', `${more}, in the record`]] : rows;
}

/** Who wrote a drive inside its machine, and what that was told at the end. */
function agentRows({ finished, atEnd }: MachineContent): readonly Row[] {
  const { agent } = finished.job;
  if (agent === undefined) return [];
  return [
    ['Machine admitted', sanitizeForDisplay(admissionWords(agent.admission), 400)],
    ['To do at the end', agent.atEnd === undefined ? null : atEndWords[agent.atEnd]],
    ['At the end', atEnd === null ? null : machineEndWords(atEnd)],
    ['Agent SHA-256', agent.certificate, 'fixed'],
    ['On the machine', sanitizeForDisplay(agentVersions(agent), 400)],
  ];
}

function sections(details: PageDetails, machine: MachineContent): [string, readonly Row[]][] {
  const { finished, ended, machineSerial, jobId } = machine;
  const { job, result, startedAt, bootTest, verifiedAgain, health, slow } = finished;
  const { drive, media, image } = job;
  const known = job.machine ?? {};
  return [
    [
      'Machine',
      [
        ['Serial', machineSerial],
        ['Name', known.computerName ?? null],
        ['Asset tag', known.assetTag ?? null],
        ['Model', known.model ?? null],
        ['SMBIOS UUID', known.uuid ?? null],
        ['MAC', known.macs === undefined ? null : macWords(known).join('  ')],
        ['Replaces', job.replaces === undefined ? null : replacedText(job.replaces)],
        ['Work order', details.orderNumber],
      ],
    ],
    [
      'Drive',
      [
        ...driveRows(drive),
        ['Disk GUID', job.diskGuid],
        ['Bay', drive.bay],
        ['Written', job.ownDisk === undefined ? null : sanitizeForDisplay(ownDiskWords(job.ownDisk), 400)],
        ...agentRows(machine),
        ['Received', result.received === undefined ? null : receivedWords(result.received)],
        ['Health', health === undefined ? null : sanitizeForDisplay(jobHealthWords(health), 400)],
        ['Speed', slow === undefined ? null : slow.map(slowWords).join('; ')],
      ],
    ],
    ...(finished.sanitised === undefined
      ? []
      : [
          [
            'Erasing',
            sanitisedLines(finished.sanitised).map(([name, value]): Row => [
              name,
              sanitizeForDisplay(value, 400),
            ]),
          ] satisfies [string, readonly Row[]],
        ]),
    [
      'Image',
      [
        ['Media', media.fileName],
        ['Media SHA-256', media.sha256, 'fixed'],
        ['Compared with', comparedWith[media.expected]],
        ...manifestRows(media.signedManifest),
        ['Image', `${image.index}: ${image.name}`],
        ['Not written', notWritten(media.leftOut)],
        ['Driver pack', job.driverPack === null ? 'none for this model' : (job.driverPack?.name ?? null)],
        ['Layout', job.layout],
        [
          'Boot loader',
          job.loader === undefined ? null : sanitizeForDisplay(recordedLoaderWords(job.loader), 500),
        ],
        [
          'Recovery',
          job.recovery === undefined
            ? null
            : `Winre.wim, ${formatBytes(job.recovery.bytes)}, SHA-1 ${job.recovery.sha1}`,
        ],
        ...machineFileRows(job.machineFiles ?? []),
        ['Fingerprint', job.fingerprint, 'fixed'],
      ],
    ],
    [
      'Proof',
      [
        [
          'Written',
          `${formatBytes(result.bytesWritten)} (${result.bytesWritten} bytes) in ${formatDuration(result.writeSeconds)}`,
        ],
        [
          'Read back',
          `${formatBytes(result.bytesVerified)} (${result.bytesVerified} bytes) in ${result.chunksVerified} ranges${comparedWords(result)}, ${formatDuration(result.verifySeconds)}; all as written`,
        ],
        ['Reading', result.directIo ? 'direct I/O, bypassing all caches' : 'after the cache was dropped'],
        [
          'Size',
          result.sizeCheck === undefined
            ? null
            : `${sizeWords(result.sizeCheck.verdict, result.sizeCheck.bytes)}; checked before the image was written`,
        ],
        ['Table SHA-256', result.tableSha256, 'fixed'],
        ['Read again later', verifiedAgain === 0 ? 'no' : `${verifiedAgain} times`],
        [
          'Boot test',
          bootTest === null ? 'none' : `${bootTest.passed ? 'passed' : 'failed'}: ${bootTest.what}`,
        ],
      ],
    ],
    [
      'Record',
      [
        ['Started', utc(startedAt)],
        ['Finished', utc(ended.entry.time)],
        ['Operator', ended.entry.operator],
        ['Station', ended.entry.station.name],
        ['Station key', ended.entry.station.keyFingerprint, 'fixed'],
        ['Ledger entry', String(ended.sequence)],
        ['Entry SHA-256', ended.hash, 'fixed'],
        ['Job', jobId],
        ['Shipment', `${details.number}, closed ${utc(details.closedAt)} by ${details.operator}`],
        ['Reason for repeat', job.againReason],
        [
          'Drive before',
          job.driveAgain === undefined ? null : sanitizeForDisplay(driveAgainWords(job.driveAgain), 400),
        ],
      ],
    ],
  ];
}

/** What the image has and the drive does not; null when that is nothing. */
function notWritten(leftOut: JobDetails['media']['leftOut']): string | null {
  if (leftOut === undefined) return null;
  return sanitizeForDisplay(leftOut.map(leftOutText).join('; '), 400);
}

/** Which manifest the media was received with, and who signed it. */
function manifestRows(signed: JobDetails['media']['signedManifest']): Row[] {
  if (signed === undefined) return [];
  const { name, version, revision, manifestSha256, signer } = signed;
  return [
    [
      'Manifest',
      `${name}, version ${version}, revision ${revision}; signed by ${signer.name}, key ${signer.key}`,
    ],
    ['Manifest SHA-256', manifestSha256, 'fixed'],
  ];
}
