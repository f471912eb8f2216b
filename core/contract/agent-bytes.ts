/**
 * helper ↔ agent on one machine: how the chunks of a disk image reach the thread that writes them. HTTP over a socket that only this
 * user can open. The thread says which chunks it wants (`POST /images/FINGERPRINT`, {@link wantedChunksSchema}), and gets records:
 * eight bytes with the chunk's index and a length, then that many bytes. The agent sends them in the order in which they arrive.
 */
import { z } from 'zod';
import { atEndSchema, machineVerdictSchema } from '../machine/at-end';

export const wantedChunksSchema = z.strictObject({
  /** Indexes in the chunk map, ascending. */
  chunks: z.array(z.int().nonnegative()),
  /** Path of the drive that they are written to: there the agent reads those that other machines want. */
  drive: z.string(),
});

/** Bytes before each record: index and length, both big-endian, 32 bits. The highest bit of the length: it came from another machine. */
export const recordHeaderBytes = 8;
/** Index of a record that holds nothing: the agent is there, and the chunk is still on its way. */
export const beatIndex = 0xffff_ffff;
/** In the length: the chunk came from another machine of the rack. */
export const fromMachineBit = 0x8000_0000;

/** Path at which the helper tells its agent what the machine's screen is to show, as {@link machineWorkSchema}. */
export const workPath = '/work';

/** What is done with the machine's drives, or how it ended. */
export const machineWorkSchema = z.discriminatedUnion('state', [
  /** Nothing: what was begun on a drive is over, and there is no verdict. */
  z.strictObject({ state: z.literal('none') }),
  z.strictObject({
    state: z.literal('working'),
    /** The job's state. */
    job: z.string().max(40),
    /** Bytes; null where the state has none. */
    done: z.int().nonnegative().nullable(),
    total: z.int().nonnegative().nullable(),
  }),
  z.strictObject({
    state: z.literal('ended'),
    verdict: machineVerdictSchema,
    text: z.string().max(400),
    atEnd: atEndSchema,
    /** False: a virtual bench, which only says so. */
    isDone: z.boolean(),
  }),
]);
export type MachineWork = z.infer<typeof machineWorkSchema>;
