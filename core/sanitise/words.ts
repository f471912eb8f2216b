import { formatBytes, formatDuration } from '../base/display';
import { hiddenWords, type PlannedErase } from './choose';
import { methodFacts, methodWords } from './methods';
import { proofWords } from './samples';
import type { Sanitised } from './sanitised';

/** An erase in words: the same in log, certificate and on the command line. */

/** Said before a drive erases itself. */
export const cannotBeTakenBack =
  'A drive that erases itself cannot be stopped: cancelling, and even a power cut, does not take it back.';

/** How a drive will be erased: "NVMe Sanitize, block erase (purge), about 2 min". */
export function plannedEraseWords({
  method,
  nist,
  seconds,
}: Pick<PlannedErase, 'method' | 'nist' | 'seconds'>): string {
  const time = seconds === null ? '' : `, about ${formatDuration(seconds)} by its own word`;
  return `${methodWords(method, nist)}${time}`;
}

/** What the word of a certificate rests on beside the drive's own; null: nothing more. NIST SP 800-88r2, 3.2. */
export function conditionWords({ method, outcome }: Pick<Sanitised, 'method' | 'outcome'>): string | null {
  return outcome === 'erased' && method.endsWith('-crypto')
    ? 'A cryptographic erase is a purge only of a drive that has encrypted all it stored. That, and how well it does so, is the maker’s word.'
    : null;
}

const outcomeWords: Readonly<Record<Sanitised['outcome'], string>> = {
  erased: 'Erased',
  'not-erased': 'NOT erased',
  'not-known': 'Not known whether it is erased',
};

/** What came of it, and how: "Erased: NVMe Sanitize, block erase (purge, NIST SP 800-88r2)". */
export function sanitisedWords({
  outcome,
  method,
  nist,
}: Pick<Sanitised, 'outcome' | 'method' | 'nist'>): string {
  const level = outcome === 'erased' ? ` (${nist}, NIST SP 800-88r2)` : '';
  return `${outcomeWords[outcome]}: ${methodFacts[method].name}${level}`;
}

/** What an outcome means for whoever holds the drive, in a sentence or two. */
export function eraseSentences(sanitised: Sanitised): string {
  const { outcome, method, nist, why } = sanitised;
  switch (outcome) {
    case 'erased':
      return `By ${methodFacts[method].name}: a ${nist} in the words of NIST SP 800-88r2. ${sanitised.bytesReadBack === undefined ? 'Samples over the whole drive were compared before and after.' : 'Every byte was read back.'}`;
    case 'not-erased':
      return `Do not pass this drive on. ${why ?? ''}`.trim();
    case 'not-known':
      return `Do not pass this drive on before it is known. ${why ?? ''}`.trim();
  }
}

/** What was on the drive, by size and table. */
export function beforeWords({ before: { size, table, partitions } }: Pick<Sanitised, 'before'>): string {
  const what = {
    gpt: 'GPT partition table',
    mbr: 'MBR partition table',
    none: 'no partition table',
    'not-known': 'partition table not readable',
  }[table];
  const parts = partitions.map((one) => `${formatBytes(one.size)} (${one.type})`).join(', ');
  return `${formatBytes(size)}, ${what}${parts === '' ? '' : `: ${parts}`}`;
}

/** What was verified, and what that proves. */
export function verifiedWords({
  samples,
  bytesReadBack,
}: Pick<Sanitised, 'samples' | 'bytesReadBack'>): string {
  if (bytesReadBack !== undefined) return `All of it was read back: ${formatBytes(bytesReadBack)} of zeros.`;
  if (samples === undefined) return 'Nothing could be looked at.';
  const { blank, changed, unchanged, unread } = samples;
  const found = `Of ${blank + changed + unchanged + unread} places, ${blank} are blank, ${changed} hold something else than before, ${unchanged} hold the same, ${unread} could not be compared.`;
  return unchanged > 0 ? found : `${proofWords(samples.samples)} ${found}`;
}

/** The hidden areas, each with whether it was reached; null: none is known. */
export function hiddenReachedWords({ hidden }: Pick<Sanitised, 'hidden'>): string | null {
  if (hidden.length === 0) return null;
  return hidden
    .map((area) => `${hiddenWords(area)}: ${area.reached ? 'erased with it' : 'not known to be erased'}`)
    .join('; ');
}

/** All lines for papers and pages: name and value. */
export function sanitisedLines(sanitised: Sanitised): readonly (readonly [name: string, value: string])[] {
  const hidden = hiddenReachedWords(sanitised);
  const condition = conditionWords(sanitised);
  return [
    ['Before', beforeWords(sanitised)],
    ['Erase', `${sanitisedWords(sanitised)}, ${formatDuration(sanitised.seconds)}`],
    ...(sanitised.why === null ? [] : ([['Why', sanitised.why]] as const)),
    ['Looked at', verifiedWords(sanitised)],
    ...(condition === null ? [] : ([['Rests on', condition]] as const)),
    ...(hidden === null ? [] : ([['Hidden areas', hidden]] as const)),
  ];
}
