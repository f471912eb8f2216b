import { atStart } from '../base/display';
import { counted, countedGrouped, grouped } from '../base/plurals';
import { dayOf } from '../base/day';
import type { Drive } from '../drive/drive';
import type { DriveHealth, KnownHealth } from './health';
import {
  actOn,
  bitsOf,
  figureOf,
  judgeHealth,
  wordOf,
  type HealthFigure,
  type HealthFinding,
  type HealthRise,
  type HealthRule,
  type HealthWord,
  type JobHealth,
} from './health-rules';

/** A drive's health in words, the same on cards, in lists, on paper and in messages; and what it makes of a drive. */

export const wordTexts: Readonly<Record<HealthWord, string>> = {
  good: 'good',
  warning: 'warning',
  bad: 'bad',
  'not-known': 'not known',
};

/** A figure with its value, as `12 pending sectors`. */
export function figureWords(figure: HealthFigure, value: number): string {
  const some = (one: string, more: string): string => `${value} ${value === 1 ? one : more}`;
  switch (figure) {
    case 'failing':
      return value === 0 ? 'it reports that it works' : 'it reports that it is failing';
    case 'criticalWarnings':
      return some('critical warning', 'critical warnings');
    case 'pending':
      return some('pending sector', 'pending sectors');
    case 'uncorrectable':
      return some('uncorrectable sector', 'uncorrectable sectors');
    case 'reallocated':
      return some('reallocated sector', 'reallocated sectors');
    case 'mediaErrors':
      return some('media error', 'media errors');
    case 'spareLeft':
      return `spare ${value} points above the maker's threshold`;
    case 'percentageUsed':
      return `${value} % used`;
    case 'temperature':
      return `${value} °C`;
    case 'crcErrors':
      return some('interface CRC error', 'interface CRC errors');
    case 'powerOnHours':
      return countedGrouped(value, 'power-on hour', 'power-on hours');
    case 'falseSize':
      return 'it holds less than it says';
  }
}

/** How long a drive was on, as people count it: `30 hours`, `12 days`, `2 years 3 months`. Months of 730 hours. */
export function timeInUse(hours: number): string {
  if (hours < 48) return counted(hours, 'hour', 'hours');
  const months = Math.floor(hours / 730);
  if (months < 2) return counted(Math.floor(hours / 24), 'day', 'days');
  const years = Math.floor(months / 12);
  const rest = months % 12;
  return [
    ...(years === 0 ? [] : [counted(years, 'year', 'years')]),
    ...(rest === 0 ? [] : [counted(rest, 'month', 'months')]),
  ].join(' ');
}

/** As {@link figureWords}, where nothing is compared with it. */
function readWords(figure: HealthFigure, value: number): string {
  return figure === 'powerOnHours' ? `${timeInUse(value)} in use` : figureWords(figure, value);
}

/** Bits of the critical warning, in their order (NVM Express Base Specification 2.0, figure 207). */
const warningTexts = [
  'spare below its threshold',
  'temperature',
  'reliability degraded',
  'read-only',
  'backup of volatile memory failed',
  'persistent memory read-only',
];

/** What a critical warning says; empty when it says nothing. */
export function criticalWarningWords({ criticalWarning }: KnownHealth): string[] {
  return bitsOf(criticalWarning ?? 0).map((bit) => warningTexts[bit] ?? `bit ${bit}`);
}

/** What matters where no rule holds, by what the drive is. */
const usual: Readonly<Record<KnownHealth['protocol'], readonly HealthFigure[]>> = {
  ata: ['reallocated', 'pending', 'percentageUsed', 'powerOnHours'],
  nvme: ['percentageUsed', 'mediaErrors', 'powerOnHours'],
  scsi: ['reallocated', 'mediaErrors', 'powerOnHours'],
};

/** The two figures that matter: what blocks or warns, then what is usually looked at. Fewer where the drive reports fewer. */
export function keyFigures(health: DriveHealth, findings: readonly HealthFinding[]): string[] {
  if (!health.known) return [];
  const told = findings.filter(({ act }) => act !== 'records').map(({ figure }) => figure);
  return [...new Set([...told, ...usual[health.protocol]])]
    .flatMap((figure) => {
      const value = figureOf(health, figure);
      return value === null ? [] : [readWords(figure, value)];
    })
    .slice(0, 2);
}

/** One line: the word and the two figures, or why it is not known. */
export function healthLine(health: DriveHealth, findings: readonly HealthFinding[]): string {
  if (!health.known) return `not known: ${health.reason}`;
  return [wordTexts[wordOf(health, findings)], ...keyFigures(health, findings)].join(', ');
}

/** The reading after a job. No word of its own, where rules judged the one before: "good" beside what rose would be a lie. */
export function afterLine({ before, findings }: JobHealth, after: DriveHealth): string {
  if (!before.known || !after.known) return healthLine(after, findings);
  const figures = keyFigures(after, findings);
  return figures.length === 0 ? 'it does not report the usual figures' : figures.join(', ');
}

/** What a rule found, with its limit. */
export function findingWords({ figure, value, limit }: HealthFinding): string {
  const words = figureWords(figure, value);
  return figure === 'failing' ? words : `${words} (limit: ${limit})`;
}

/** What rose while a job ran. */
export function riseWords({ figure, before, after }: HealthRise): string {
  return figure === 'failing'
    ? 'it reports now that it is failing'
    : `${figureWords(figure, after)}, ${before} before`;
}

/** All that a drive reports, for its details. Names and values, in the order in which they are looked at. */
export function healthRows(health: KnownHealth): (readonly [name: string, value: string])[] {
  const number = (name: string, value: number | null, unit = ''): (readonly [string, string])[] =>
    value === null ? [] : [[name, `${value}${unit}`]];
  const warnings = criticalWarningWords(health);
  return [
    ...(health.overall === null
      ? []
      : [['Own verdict', health.overall === 'passed' ? 'passed' : 'FAILING'] as const]),
    ...(health.criticalWarning === null
      ? []
      : [['Critical warning', warnings.length === 0 ? 'none' : warnings.join(', ')] as const]),
    ...number('Reallocated sectors', health.reallocated),
    ...number('Pending sectors', health.pending),
    ...number('Uncorrectable sectors', health.uncorrectable),
    ...number('Media errors', health.mediaErrors),
    ...number('Percentage used', health.percentageUsed, ' %'),
    ...number('Available spare', health.availableSpare, ' %'),
    ...number('Spare threshold', health.spareThreshold, ' %'),
    ...(health.powerOnHours === null
      ? []
      : [['Power-on hours', `${grouped(health.powerOnHours)} (${timeInUse(health.powerOnHours)})`] as const]),
    ...number('Temperature', health.temperature, ' °C'),
    ...number('Interface CRC errors', health.crcErrors),
  ];
}

/** What the record says of a job's health, for papers and lists: the reading before, what it means, and what rose. */
export function jobHealthWords(health: JobHealth): string {
  const { before, after, findings, rose } = health;
  if (!before.known && after?.known === true) {
    return `${healthLine(before, [])}; after read-back ${afterLine(health, after)}`;
  }
  const now =
    after !== undefined && !after.known && before.known ? `; afterwards not known: ${after.reason}` : '';
  const risen = rose === undefined ? '' : `; rose while it was written: ${rose.map(riseWords).join(', ')}`;
  const compared = after?.known === true && rose === undefined ? '; unchanged after read-back' : '';
  return `${healthLine(before, findings)}${now}${compared}${risen}`;
}

/** The drive with what its health makes of it: blocked by a rule that blocks, with a note by one that warns. */
export function withHealth(drive: Drive, health: DriveHealth | null, rules: readonly HealthRule[]): Drive {
  if (health === null) return drive;
  const { findings } = judgeHealth(health, rules);
  const by = (act: HealthFinding['act']): string[] =>
    findings.filter((one) => one.act === act).map(findingWords);
  const [blocks, warns] = [by('blocks'), by('warns')];
  return {
    ...drive,
    ...(blocks.length === 0
      ? {}
      : {
          verdict: 'blocked' as const,
          reasons: [
            ...drive.reasons,
            {
              code: 'health' as const,
              message: `Its health is bad: ${blocks.join(', ')}. Set it aside: it is failing or worn out.`,
            },
          ],
        }),
    ...(warns.length === 0
      ? {}
      : {
          notes: [
            ...drive.notes,
            { code: 'health' as const, message: `${atStart(`health warning: ${warns.join(', ')}`)}.` },
          ],
        }),
  };
}

/**
 * The drive with what an earlier check of its real size makes of it, by the rule on `falseSize`.
 * @param found what the ledger tells of the check that found it false; undefined: none did
 */
export function withFalseSize(
  drive: Drive,
  found: { readonly time: string; readonly words: string } | undefined,
  rules: readonly HealthRule[],
): Drive {
  const act = found === undefined ? undefined : actOn('falseSize', 1, rules);
  if (found === undefined || act === undefined || act === 'records') return drive;
  const message = `${atStart(found.words)}, as a check on ${dayOf(found.time)} found. Set it aside, or check its size again (in its details, or with prestage drives check --full).`;
  const told = { code: 'false-size' as const, message };
  return act === 'blocks'
    ? { ...drive, verdict: 'blocked', reasons: [...drive.reasons, told] }
    : { ...drive, notes: [...drive.notes, told] };
}
