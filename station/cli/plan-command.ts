import { resolve } from 'node:path';
import { Command } from 'commander';
import { z } from 'zod';
import { shownPath } from '../../core/base/display';
import { planScript } from '../../core/recipe/plan-script';
import { planComplaints, planNotes } from '../../core/recipe/recipe-rules';
import { readRecipe, recipeInvalid } from '../recipe/read-recipe';
import { commandAction, jsonOption } from './command-context';
import { requireNew, writeNewFile } from './new-file';

/** What `media plan --json` prints. */
export const mediaPlanForm = z.strictObject({
  /** The recipe, absolute. */
  recipe: z.string(),
  /** The file that was written, absolute; null: none was asked for. */
  path: z.string().nullable(),
  /** The PowerShell script. */
  script: z.string(),
  /** What to know of the plan, though it was made. */
  notes: z.array(z.string()),
});

/** `prestage media plan`. */
export function planCommand(): Command {
  return new Command('plan')
    .description(
      'check a recipe for a site of Configuration Manager, and write the PowerShell script that makes the media there',
    )
    .argument('<recipe>', 'YAML file; prestage media recipe writes one to start from')
    .option('--output <file>', 'file for the script, which does not exist yet (default: standard output)')
    .addOption(jsonOption(mediaPlanForm))
    .action(
      commandAction<{ readonly output?: string }>(({ output }, options, [file = '']) => {
        const target = options.output === undefined ? null : resolve(options.output);
        if (target !== null) requireNew(target);
        const now = new Date();
        const { path, recipe, problemAt } = readRecipe(file);
        const complaints = planComplaints(recipe, now);
        if (complaints.length > 0) throw recipeInvalid(path, complaints.map(problemAt));
        const script = planScript(recipe);
        const notes = planNotes(recipe, now);
        for (const note of notes) output.message(`note: ${note}`);
        if (target !== null) writeNewFile(target, Buffer.from(script, 'ascii'));
        output.result<typeof mediaPlanForm>({ recipe: path, path: target, script, notes }, () =>
          target === null
            ? script.trimEnd()
            : `Wrote ${shownPath(target)}. Run it in Windows PowerShell on a computer with the Configuration Manager console.`,
        );
        return Promise.resolve(undefined);
      }),
    );
}
