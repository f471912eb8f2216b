import { z } from 'zod';
import { sanitizeForDisplay } from '../base/display';
import { errorDataSchema } from '../base/errors';

/** What becomes of a machine of the rack whose drives are all written and recorded. */
export const atEndChoices = ['wait', 'off', 'restart'] as const;
export const atEndSchema = z.enum(atEndChoices);
export type AtEnd = z.infer<typeof atEndSchema>;

/** What a machine answers that it does. `said`: a bench of virtual drives stands for it, which only shows it. */
export const didSchema = z.enum([...atEndChoices, 'said']);

/** What machines do, to follow "at the end". */
export const atEndWords: Readonly<Record<AtEnd, string>> = {
  wait: 'machines wait until somebody turns them off',
  off: 'machines switch off',
  restart: 'machines restart into what was written',
};

/** What is said of a machine at the end, from three metres. */
export const machineVerdictSchema = z.enum(['passed', 'failed', 'stopped']);
export type MachineVerdict = z.infer<typeof machineVerdictSchema>;

/** What a machine of the rack was told at the end of its batch, and its answer. */
export const machineEndSchema = z.strictObject({
  /** What it was to show of its drive. */
  verdict: machineVerdictSchema,
  /** What it was to do. A machine with a drive that did not pass waits, whatever the batch says. */
  told: atEndSchema,
  end: z.discriminatedUnion('state', [
    z.strictObject({
      state: z.literal('confirmed'),
      did: didSchema,
    }),
    z.strictObject({
      state: z.literal('not-confirmed'),
      /** Why: it said nothing, or refused. */
      reason: errorDataSchema,
    }),
  ]),
});
export type MachineEnd = z.infer<typeof machineEndSchema>;

/** What a machine was told, as the predicate of a sentence. */
export const toldWords: Readonly<Record<AtEnd, string>> = {
  wait: 'told to wait',
  off: 'told to switch off',
  restart: 'told to restart into what was written',
};

/** What a machine was told and what it answered, safe to show. */
export function machineEndWords({ told, end }: Pick<MachineEnd, 'told' | 'end'>): string {
  if (end.state === 'not-confirmed') {
    return `${toldWords[told]}, not confirmed: ${sanitizeForDisplay(end.reason.message, 300)}`;
  }
  return `${toldWords[told]}, confirmed${end.did === 'said' ? '; a virtual bench stays on' : ''}`;
}
