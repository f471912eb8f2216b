import { z } from 'zod';

/** Something that takes a while and is no job: hashing, making a disk image. */
export const taskSchema = z.strictObject({
  phase: z.enum([
    'hashing',
    'formatting',
    'applying',
    'flushing',
    'copying',
    'mapping',
    'checking',
    'verifying',
    'sizing',
    'rehearsing',
    'scanning',
    'packing',
  ]),
  /** Bytes, or seconds of a boot test; total is 0 while it is not known. */
  done: z.int().nonnegative(),
  total: z.int().nonnegative(),
});
export type Task = z.infer<typeof taskSchema>;
