import { z } from 'zod';
import { readDiskRule, type DiskRule } from '../drive/disk-rule';
import { atEndSchema, type AtEnd } from '../machine/at-end';

/** What a batch does with machines of a rack, by whoever says it first: command line, work order, recipe, settings. Pure. */

/** A disk rule as orders and recipes have it: `only`, `largest-nvme` or `name=TEXT`. */
export const diskRuleTextSchema = z.string().refine((text) => readDiskRule(text) !== null, {
  message: "must be 'only', 'largest-nvme' or 'name=TEXT'",
});

/** What an order or a recipe says of machines of a rack; it may say nothing. */
export const rackChoicesSchema = z.strictObject({
  /** What they do once all drives of a batch are written and recorded: `wait`, `off` or `restart`. */
  atEnd: atEndSchema.optional(),
  /** Which disk of a machine with several gets the image: `only`, `largest-nvme` or `name=TEXT`. */
  disk: diskRuleTextSchema.optional(),
});
export type RackChoices = z.infer<typeof rackChoicesSchema>;

/** Whoever says something of machines; null or missing: it says nothing. */
export interface RackSources {
  readonly order: RackChoices | null;
  /** What was chosen in the app before the start, where the order says nothing. */
  readonly chosen?: AtEnd | null;
  readonly recipe: RackChoices | null;
}

export function atEndOf(
  given: AtEnd | undefined,
  { order, chosen, recipe }: RackSources,
  settings: AtEnd,
): AtEnd {
  return given ?? order?.atEnd ?? chosen ?? recipe?.atEnd ?? settings;
}

export function diskRuleOf(
  given: DiskRule | undefined,
  { order, recipe }: RackSources,
  settings: DiskRule,
): DiskRule {
  const said = order?.disk ?? recipe?.disk;
  return given ?? (said === undefined ? null : readDiskRule(said)) ?? settings;
}
