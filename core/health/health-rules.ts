import { z } from 'zod';
import { driveHealthSchema, type DriveHealth, type KnownHealth } from './health';

/** Rules of health: data that a station can set, judged by pure functions. */

/** What a rule can look at. */
export const healthFigures = [
  'failing',
  'criticalWarnings',
  'pending',
  'uncorrectable',
  'reallocated',
  'mediaErrors',
  'spareLeft',
  'percentageUsed',
  'temperature',
  'crcErrors',
  'powerOnHours',
  'falseSize',
] as const;
export type HealthFigure = (typeof healthFigures)[number];

/** `blocks`: the drive is not written. `warns`: it is, and is told. `records`: it stands in the record only. */
export const healthActs = ['blocks', 'warns', 'records'] as const;
export type HealthAct = (typeof healthActs)[number];

export const healthRuleSchema = z.strictObject({
  figure: z.enum(healthFigures),
  /** From this value on; of `spareLeft`: down from it. */
  limit: z.int().nonnegative(),
  act: z.enum(healthActs),
});
export type HealthRule = z.infer<typeof healthRuleSchema>;

/**
 * What a station does unless it is told otherwise. Only what a drive's maker or a specification calls an end, and sectors that
 * cannot be read now, blocks. Sources: NVM Express Base Specification 2.0, 5.16.1.3 (SMART / Health Information); ATA8-ACS,
 * SMART RETURN STATUS; Backblaze, "What SMART Stats Tell Us About Hard Drives" (5, 187, 188, 197 and 198 go before failures);
 * 188 is left out, because makers pack several counters into it.
 */
export const defaultHealthRules: readonly HealthRule[] = [
  // The drive itself says that it is about to fail.
  { figure: 'failing', limit: 1, act: 'blocks' },
  // Spare used up, reliability degraded, read-only, backup of volatile memory failed. A drive that is only hot is not counted.
  { figure: 'criticalWarnings', limit: 1, act: 'blocks' },
  // A sector that cannot be read now: the image, or what the customer stores next, can lie on it.
  { figure: 'pending', limit: 1, act: 'blocks' },
  { figure: 'uncorrectable', limit: 1, act: 'blocks' },
  // Replaced sectors do no harm themselves; drives that have some fail more often than others.
  { figure: 'reallocated', limit: 1, act: 'warns' },
  // Data was lost once. Whether by the drive or by its power cannot be told from the count.
  { figure: 'mediaErrors', limit: 1, act: 'warns' },
  // Percentage points above the maker's threshold.
  { figure: 'spareLeft', limit: 10, act: 'warns' },
  // 100: the endurance that the maker gives is used up.
  { figure: 'percentageUsed', limit: 80, act: 'warns' },
  { figure: 'percentageUsed', limit: 100, act: 'blocks' },
  // Makers give 60 to 70 °C as the most for operation.
  { figure: 'temperature', limit: 70, act: 'warns' },
  // Never goes back, and tells of the cables of its past.
  { figure: 'crcErrors', limit: 1, act: 'records' },
  { figure: 'powerOnHours', limit: 0, act: 'records' },
  // A check of the whole drive found that it holds less than it says, and none since found otherwise: what lies beyond is lost.
  { figure: 'falseSize', limit: 1, act: 'blocks' },
];

export const healthSettingsSchema = z.strictObject({
  /** All rules; a list that is given replaces the default one whole. */
  rules: z
    .array(healthRuleSchema)
    .max(100)
    .default(() => [...defaultHealthRules]),
  /** Write and read back the whole drive before the image goes on, in every batch. */
  checkSize: z.boolean().default(false),
});
export type HealthSettings = z.infer<typeof healthSettingsSchema>;

/** A rule that holds. */
export const healthFindingSchema = z.strictObject({
  figure: z.enum(healthFigures),
  value: z.int(),
  limit: z.int().nonnegative(),
  act: z.enum(healthActs),
});
export type HealthFinding = z.infer<typeof healthFindingSchema>;

/** A figure that rose while a job ran. */
export const healthRiseSchema = z.strictObject({
  figure: z.enum(healthFigures),
  before: z.int(),
  after: z.int(),
  /** Whether the job fails of it. */
  fails: z.boolean(),
});
export type HealthRise = z.infer<typeof healthRiseSchema>;

export const healthWords = ['good', 'warning', 'bad', 'not-known'] as const;
export type HealthWord = (typeof healthWords)[number];

/** What the record keeps of a drive's health around its job. */
export const jobHealthSchema = z.strictObject({
  /** Before the drive was opened for writing. */
  before: driveHealthSchema,
  /** After it was read back; missing where the job ended earlier. */
  after: driveHealthSchema.optional(),
  /** By the rules of the station at that time, of the first reading that is known. */
  findings: z.array(healthFindingSchema),
  /** Missing where nothing rose, or there is nothing to compare. */
  rose: z.array(healthRiseSchema).min(1).optional(),
});
export type JobHealth = z.infer<typeof jobHealthSchema>;

/** Temperature stands in the critical warning as well (bit 1), and goes again when the drive cools. */
const temperatureBit = 1 << 1;

/** The value that a rule looks at; null: the drive does not report it. */
export function figureOf(health: KnownHealth, figure: HealthFigure): number | null {
  switch (figure) {
    case 'failing':
      return health.overall === null ? null : health.overall === 'failed' ? 1 : 0;
    case 'criticalWarnings':
      return health.criticalWarning === null ? null : bitsOf(health.criticalWarning & ~temperatureBit).length;
    case 'spareLeft': {
      const { availableSpare: spare, spareThreshold: threshold } = health;
      // A drive that does not count its spare says 0 of 0.
      if (spare === null || threshold === null || (spare === 0 && threshold === 0)) return null;
      return spare - threshold;
    }
    // Not the drive says that, but the station's own ledger.
    case 'falseSize':
      return null;
    case 'pending':
    case 'uncorrectable':
    case 'reallocated':
    case 'mediaErrors':
    case 'percentageUsed':
    case 'temperature':
    case 'crcErrors':
    case 'powerOnHours':
      return health[figure];
  }
}

/** Positions of the bits that are set in a byte. */
export function bitsOf(byte: number): number[] {
  return [0, 1, 2, 3, 4, 5, 6, 7].filter((bit) => (byte & (1 << bit)) !== 0);
}

const severity: Readonly<Record<HealthAct, number>> = { blocks: 2, warns: 1, records: 0 };

/**
 * The rules that hold, what blocks first, in the order of the rules; of several on one figure the gravest.
 * @returns none where nothing is known
 */
export function findingsOf(health: DriveHealth, rules: readonly HealthRule[]): HealthFinding[] {
  if (!health.known) return [];
  const gravest = new Map<HealthFigure, HealthFinding>();
  for (const { figure, limit, act } of rules) {
    const value = figureOf(health, figure);
    if (value === null || !(figure === 'spareLeft' ? value <= limit : value >= limit)) continue;
    const before = gravest.get(figure);
    if (before !== undefined && severity[before.act] >= severity[act]) continue;
    gravest.set(figure, { figure, value, limit, act });
  }
  return [...gravest.values()].toSorted((one, other) => severity[other.act] - severity[one.act]);
}

/** The gravest act of the rules that hold for a value; undefined: none does. */
export function actOn(
  figure: HealthFigure,
  value: number,
  rules: readonly HealthRule[],
): HealthAct | undefined {
  return rules
    .filter((rule) => rule.figure === figure && value >= rule.limit)
    .map(({ act }) => act)
    .toSorted((one, other) => severity[other] - severity[one])[0];
}

/** One word for a reading. */
export function judgeHealth(
  health: DriveHealth,
  rules: readonly HealthRule[],
): { readonly word: HealthWord; readonly findings: readonly HealthFinding[] } {
  const findings = findingsOf(health, rules);
  return { word: wordOf(health, findings), findings };
}

/** The word that follows from the findings of a reading, as the record keeps them. */
export function wordOf(health: DriveHealth, findings: readonly HealthFinding[]): HealthWord {
  if (!health.known) return 'not-known';
  if (findings.some(({ act }) => act === 'blocks')) return 'bad';
  return findings.some(({ act }) => act === 'warns') ? 'warning' : 'good';
}

/** What fails a job when it rises while the job runs. Hours and temperature rise in every job. */
const fatalRises: readonly HealthFigure[] = [
  'failing',
  'criticalWarnings',
  'pending',
  'uncorrectable',
  'reallocated',
  'mediaErrors',
];

/**
 * What got worse between two readings of one drive; empty where either is not known. Beside what fails a job whenever it rises, a
 * figure that a rule blocks now and did not block before, whatever it counts: the drive would not be written again. Temperature goes
 * back when the drive cools; interface errors speak against a cable.
 */
export function compareHealth(
  before: DriveHealth,
  after: DriveHealth,
  rules: readonly HealthRule[],
): HealthRise[] {
  if (!before.known || !after.known) return [];
  const blocked = (health: DriveHealth): HealthFigure[] =>
    findingsOf(health, rules)
      .filter(({ act }) => act === 'blocks')
      .map(({ figure }) => figure);
  const was = new Set(blocked(before));
  const crossed = blocked(after).filter((figure) => !was.has(figure) && figure !== 'temperature');
  const looked = new Set<HealthFigure>([...fatalRises, ...crossed, 'crcErrors']);
  return [...looked].flatMap((figure) => {
    const [old, now] = [figureOf(before, figure), figureOf(after, figure)];
    const fails = figure !== 'crcErrors' || crossed.includes(figure);
    if (old === null || now === null) return [];
    return now > old || crossed.includes(figure) ? [{ figure, before: old, after: now, fails }] : [];
  });
}
