import { timeouts } from '../../core/base/timeouts';
import { runTool } from './runner';
import type { ToolName } from './requirements';

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
