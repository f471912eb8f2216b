/** The print queues of the computer, as `lpstat -p -d` lists them. */
import { z } from 'zod';
import { queueNameSchema } from '../../core/label/label-settings';
import { runPrintTool } from './print-tool';

export const printQueueSchema = z.strictObject({
  name: z.string(),
  /** `stopped`: it keeps what it gets until somebody starts it. */
  state: z.enum(['idle', 'printing', 'stopped', 'unknown']),
  isDefault: z.boolean(),
});
export type PrintQueue = z.infer<typeof printQueueSchema>;

export interface PrintQueues {
  readonly queues: readonly PrintQueue[];
  /** Why there may be others, in the words of the tool; null: all were listed. Safe to show. */
  readonly problem: string | null;
}

/** @throws PrestageError tool-missing */
export async function listQueues(): Promise<PrintQueues> {
  const { status, stdout, said } = await runPrintTool('lpstat', ['-p', '-d']);
  const queues = parseQueues(stdout);
  if (status === null) return { queues, problem: 'lpstat did not answer' };
  // Without any queue it fails, and says so.
  const none = /no destinations added/i.test(said);
  return { queues, problem: status === 0 || none ? null : said };
}

const states: readonly (readonly [RegExp, PrintQueue['state']])[] = [
  [/^is idle/, 'idle'],
  [/^now printing/, 'printing'],
  [/^disabled since/, 'stopped'],
];

/** Reads `printer NAME is idle.  enabled since …` and `system default destination: NAME`. Names that lp would not take are left out. */
export function parseQueues(listed: string): PrintQueue[] {
  const wanted = /^system default destination: (\S+)$/m.exec(listed)?.[1];
  return [...listed.matchAll(/^printer (\S+) (.*)$/gm)].flatMap(([, name = '', said = '']): PrintQueue[] => {
    if (!queueNameSchema.safeParse(name).success) return [];
    const state = states.find(([words]) => words.test(said))?.[1] ?? 'unknown';
    return [{ name, state, isDefault: name === wanted }];
  });
}
