import { timeouts } from '../../core/base/timeouts';
import { runTool } from './runner';
import type { ToolName } from './requirements';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** How each tool is asked for its version. */
const questions: readonly (readonly [ToolName, string, RegExp])[] = [
  ['wimlib-imagex', '--version', /wimlib-imagex (\S+)/],
  ['mkntfs', '--version', /mkntfs v(\S+)/],
];

/** Versions of the tools that shape what is written; 'missing' where one is not installed. */
export async function toolVersions(): Promise<Record<string, string>> {
  const found = await Promise.all(
    questions.map(async ([tool, question, pattern]): Promise<[string, string]> => {
      try {
        const { stdout, stderr } = await runTool(tool, [question], { timeout: timeouts.listingTool });
        return [tool, pattern.exec(`${stdout.toString('utf8')}\n${stderr}`)?.[1] ?? 'unknown'];
      } catch {
        return [tool, 'missing'];
      }
    }),
  );
  return Object.fromEntries(found);
}

/** The helper's own version. package.json lies one level above the bundle, as it does above this file. */
export function ownVersion(): string {
  const text = readFileSync(join(__dirname, '..', 'package.json'), 'utf8');
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}
