import { formatBytes, formatDuration } from '../base/display';
import { partitionTypes } from '../drive/layout';
import { hiddenWords, type PlannedErase } from './choose';
import { canOpen, methodFacts, methodWords } from './methods';
import { proofWords, samplesWords } from './samples';
import type { Sanitised } from './sanitised';

/** An erase in words: the same in log, certificate and on the command line. */

/** Said before a drive erases itself. */
export const cannotBeTakenBack =
  'A drive that erases itself cannot be stopped: cancelling, and even a power cut, does not take it back.';

/** How a drive will be erased: "NVMe Sanitize, block erase (purge), about 2 min". */
export function plannedEraseWords({
  method,
  nist,
  lift,
  seconds,
  goesOn,
}: Pick<PlannedErase, 'method' | 'nist' | 'lift' | 'seconds' | 'goesOn'>): string {
  const time = seconds === null ? '' : `, ${aboutTime(seconds)} by its own word`;
  const how = methodWords(method, lift?.nist ?? nist);
  return `${how}${goesOn === true ? ', which was begun before and goes on' : time}`;
}

/** What is said before hidden areas are opened: the drive is a larger one afterwards. Null: none are. */
export function liftWords({
  hidden,
  lift,
  nist,
}: Pick<PlannedErase, 'hidden' | 'lift' | 'nist'>): string | null {
  if (lift === undefined) return null;
  const areas = hidden.filter(canOpen);
  const bytes = areas.reduce((sum, area) => sum + (area.bytes ?? 0), 0);
  const maker = areas.some(({ kind }) => kind === 'dco')
    ? ' Its configuration goes back to what its maker set.'
    : '';
  const weaker = lift.nist === nist ? '' : `, and the erase is only a ${nist}`;
  return `It hides ${formatBytes(bytes)} (${areas.map(({ kind }) => kind.toUpperCase()).join(' and ')}). This is opened first, for good, and erased with the drive, which then has ${formatBytes(lift.size)}.${maker} If the drive does not give it up, it stays hidden${weaker}.`;
}

/** "about 2 min": what a drive tells is a guess, and often a round one. */
function aboutTime(seconds: number): string {
  if (seconds < 90) return `about ${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `about ${minutes} min` : `about ${Math.round(minutes / 60)} h`;
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
      return `${methodFacts[method].name}: a ${nist} (NIST SP 800-88r2). ${sanitised.bytesReadBack === undefined ? 'Samples over all of it were compared.' : 'Every byte was read back.'}`;
    case 'not-erased':
      return `Do not pass this drive on. ${why ?? ''}`.trim();
    case 'not-known':
      return `Do not pass this drive on before it is known. ${why ?? ''}`.trim();
  }
}

/** Types that every computer with Windows or Linux has. Source of the last: systemd, "Discoverable Partitions Specification". */
const typeNames: Readonly<Record<string, string>> = {
  [partitionTypes.efi]: 'EFI',
  [partitionTypes.msr]: 'Microsoft reserved',
  [partitionTypes.basicData]: 'Windows data',
  [partitionTypes.recovery]: 'Windows recovery',
  '0FC63DAF-8483-4772-8E79-3D69D8477DE4': 'Linux data',
};
const typeWords = (type: string): string => typeNames[type.toUpperCase()] ?? type;

/** What was on the drive, by size and table. */
export function beforeWords({ before: { size, table, partitions } }: Pick<Sanitised, 'before'>): string {
  const what = {
    gpt: 'GPT partition table',
    mbr: 'MBR partition table',
    none: 'no partition table',
    'not-known': 'partition table not readable',
  }[table];
  const parts = partitions.map((one) => `${formatBytes(one.size)} (${typeWords(one.type)})`).join(', ');
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
  const found = `Of ${blank + changed + unchanged + unread} pieces of 64 KiB in them, ${blank} are blank, ${changed} hold something else than before, ${unchanged} hold the same, ${unread} could not be compared.`;
  // Where something is left, nothing is proved.
  return `${unchanged > 0 ? samplesWords(samples.samples) : proofWords(samples.samples)} ${found}`;
}

/** The hidden areas, each with whether it was reached; null: none is known. */
export function hiddenReachedWords({ hidden }: Pick<Sanitised, 'hidden'>): string | null {
  if (hidden.length === 0) return null;
  return hidden.map((area) => `${hiddenWords(area)}: ${areaWords(area)}`).join('; ');
}

function areaWords({ reached, opened, left, why }: Sanitised['hidden'][number]): string {
  if (opened === true) return 'opened, and erased with it';
  if (reached) return 'erased with it';
  if (left === true) return 'left as it was, as was chosen: not erased';
  return why === undefined ? 'not known to be erased' : `not reached: ${why.replace(/\.$/, '')}`;
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
