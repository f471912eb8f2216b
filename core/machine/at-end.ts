import { z } from 'zod';

/** What becomes of a machine of the rack whose drives are all written and recorded. */
export const atEndChoices = ['wait', 'off', 'restart'] as const;
export const atEndSchema = z.enum(atEndChoices);
export type AtEnd = z.infer<typeof atEndSchema>;

/** What machines do, to follow "at the end". */
export const atEndWords: Readonly<Record<AtEnd, string>> = {
  wait: 'machines wait until somebody turns them off',
  off: 'machines switch off',
  restart: 'machines restart into what was written',
};

/** What is said of a machine at the end, from three metres. */
export const machineVerdictSchema = z.enum(['passed', 'failed', 'stopped']);
export type MachineVerdict = z.infer<typeof machineVerdictSchema>;
