import { formatDuration, sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { afterLine, healthLine, riseWords } from '../../core/health/health-words';
import type { LedgerRecord } from '../../core/ledger/record';
import { isBeginning } from '../../core/sanitise/sanitised';
import {
  beforeWords,
  conditionWords,
  eraseSentences,
  hiddenReachedWords,
  sanitisedWords,
  verifiedWords,
} from '../../core/sanitise/words';
import { driveKey, type LedgerRow } from '../ledger/entry';
import { ledgerBroken } from '../ledger/ledger-errors';
import type { LedgerReader } from '../ledger/ledger-reader';
import { drawPage, driveRows, type CertificatePage, type Row } from './certificate-page';
import { makePdf, utc } from './pdf';
import type { EraseCertificate } from './ship-protocol';

/**
 * The certificate of a drive that was erased for no machine. It says what NIST SP 800-88r2, 4.6, asks of one as far as a station can
 * know it, and nothing that its entry does not say.
 */

type Erased = Extract<LedgerRecord, { kind: 'drive-sanitised' }>;
interface ErasedRow extends LedgerRow {
  readonly record: Erased;
}

/**
 * Draws the certificate of an entry. One that only says that the erase began gives that of its outcome, where there is one.
 * @throws PrestageError record-not-found, ledger-broken
 */
export async function makeEraseCertificate(
  ledger: Pick<LedgerReader, 'inspect' | 'checkedAfter'>,
  sequence: number,
): Promise<EraseCertificate> {
  const row = requireErased(ledger, sequence);
  const { record, entry, hash } = row;
  const { drive } = record;
  const name = drive.serial ?? drive.id;
  const foot = `Ledger entry ${row.sequence} of station ${entry.station.name}. To verify it: prestage ledger prove --entry ${row.sequence}, then prestage ledger check-proof.`;
  const title =
    record.sanitised.outcome === 'erased'
      ? `Certificate of erasure, drive ${name}`
      : `Report on a drive that is not known to be erased, drive ${name}`;
  const bytes = await makePdf({ title, time: entry.time, foot }, (pdf) => {
    drawPage(pdf, {
      name,
      code: `prestage-erase:1:${row.sequence}:${hash}`,
      ...verdictOf(record),
      sections: sections(row),
      proof: `Entry ${row.sequence} of the station’s ledger has the SHA-256 above and is signed with the station key.`,
    });
  });
  const file = name.replace(/[^A-Za-z0-9._-]+/g, '-').slice(0, 60);
  return { bytes, entry: row.sequence, fileName: `prestage-erase-${file}-${row.sequence}.pdf` };
}

function requireErased(ledger: Pick<LedgerReader, 'inspect' | 'checkedAfter'>, sequence: number): ErasedRow {
  const found = ledger.inspect(sequence);
  if (found === null) throw notErased(`The ledger has no entry ${sequence}.`);
  const { entry, problems } = found.checked;
  const [problem] = problems;
  if (problem !== undefined || entry === null) {
    throw ledgerBroken(`Entry ${sequence} of the ledger ${problem?.message ?? 'is damaged.'}`);
  }
  const { record } = entry;
  if (record.kind !== 'drive-sanitised') {
    throw notErased(`Entry ${sequence} of the ledger is not about a drive that was erased for no machine.`);
  }
  const row = { ...found.stored, entry, record };
  if (!isBeginning(record.sanitised)) return row;
  for (const later of ledger.checkedAfter(sequence)) {
    const { record: next } = later.entry;
    if (next.kind !== 'drive-sanitised' || next.startedAt !== record.startedAt) continue;
    // Its size is another one where hidden areas were opened in between.
    const { size } = record.drive;
    if (driveKey({ ...next.drive, size }) === driveKey(record.drive) && !isBeginning(next.sanitised)) {
      return { ...later, record: next };
    }
  }
  return row;
}

function notErased(message: string): PrestageError {
  return new PrestageError({
    code: 'record-not-found',
    message,
    remedy:
      'Give the number that prestage sanitise printed, or look for it with prestage ledger list. A drive that was erased in its job has that on the certificate of its shipment.',
  });
}

/** A page that is looked at in passing must not say "erased" above "not known". */
function verdictOf({ sanitised }: Erased): Pick<CertificatePage, 'heading' | 'tone' | 'word' | 'said'> {
  const said = isBeginning(sanitised) ? neverEnded : eraseSentences(sanitised);
  const bad = { heading: 'REPORT ON A DRIVE THAT WAS TO BE ERASED', tone: 'bad' } as const;
  switch (sanitised.outcome) {
    case 'erased':
      return { heading: 'CERTIFICATE FOR AN ERASED DRIVE', tone: 'good', word: 'ERASED', said };
    case 'not-erased':
      return { ...bad, word: 'NOT ERASED', said };
    case 'not-known':
      return { ...bad, word: 'NOT KNOWN', said };
  }
}

/** No later entry is about this erase. */
const neverEnded =
  'Do not pass this drive on. Its erase began, and no entry of this ledger says how it ended: it was broken off, or still goes on.';

function sections({ sequence, hash, entry, record }: ErasedRow): [string, readonly Row[]][] {
  const { drive, sanitised, startedAt, health, previousDiskGuid } = record;
  const { before, findings, rose } = health ?? { before: null, findings: [], rose: undefined };
  const after = health?.after;
  const tools = Object.entries(entry.versions).map(([name, version]) => `${name} ${version}`);
  return [
    [
      'Drive',
      [
        ...driveRows(drive),
        ['Connection', drive.bus],
        ['Bay', drive.bay],
        ['Identity', drive.identityShared === true ? 'another attached drive told the same serial' : null],
      ],
    ],
    [
      'Before',
      [
        ['By size and table', beforeWords(sanitised)],
        ['Disk GUID', previousDiskGuid ?? null],
        [
          'Health before',
          before === null
            ? 'no hardware: it has none'
            : sanitizeForDisplay(healthLine(before, findings), 400),
        ],
      ],
    ],
    [
      'Erasing',
      [
        ['Outcome', sanitisedWords(sanitised)],
        ['Why', sanitised.why],
        [
          'Level',
          `${sanitised.outcome === 'erased' ? '' : 'none; it would have been '}${sanitised.nist} (NIST SP 800-88r2)`,
        ],
        ['Looked at', verifiedWords(sanitised)],
        ['Rests on', conditionWords(sanitised)],
        ['Hidden areas', hiddenReachedWords(sanitised) ?? 'none known'],
        ['Took', formatDuration(sanitised.seconds)],
        ['Resumed', sanitised.resumed === true ? 'it went on with an erase that had been broken off' : null],
        [
          'Health after',
          health === undefined || after === undefined
            ? null
            : sanitizeForDisplay(afterLine(health, after), 400),
        ],
        ['Got worse', rose === undefined ? null : rose.map(riseWords).join(', ')],
      ],
    ],
    [
      'Record',
      [
        ['Started', utc(startedAt)],
        ['Recorded', utc(entry.time)],
        ['Operator', entry.operator],
        ['Station', entry.station.name],
        ['Station key', entry.station.keyFingerprint, 'fixed'],
        ['Ledger entry', String(sequence)],
        ['Entry SHA-256', hash, 'fixed'],
        ['Tools', sanitizeForDisplay(tools.join(', '), 400)],
      ],
    ],
  ];
}
