import { closeSync, openSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';
import { maximumChunkBytes } from '../../core/media/chunk-map';
import { DriveIo } from '../../helper/pipeline/drive-io';
import { ProvedWindow } from '../../helper/pipeline/proved-window';
import { SharedProgress } from '../../helper/pipeline/shared-progress';

/** The thread of a drive of read-back.ts: says when it is ready, begins when it is told, and answers how many chunks it compared. */

const taskSchema = z.object({
  file: z.string(),
  hashes: z.array(z.string()),
  window: z.instanceof(SharedArrayBuffer).nullable(),
  /** How often the drive is read: so that the start of thread and memory is a small part of it. */
  times: z.int(),
});
export type ReadBackTask = z.infer<typeof taskSchema>;

const { file, hashes, window, times } = taskSchema.parse(workerData);
const fd = openSync(file, 'r');
const chunks = Array.from({ length: times }, () => hashes).flatMap((all) =>
  all.map((sha256, index) => ({
    ...{
      offset: index * maximumChunkBytes,
      length: maximumChunkBytes,
      sha256,
      sourceFd: -1,
      sourceOffset: 0,
    },
  })),
);
const drive = { fd, size: hashes.length * maximumChunkBytes };
const io = new DriveIo(drive, new SharedProgress(), () => undefined, maximumChunkBytes);
parentPort?.once('message', () => {
  void io.verifyChunks(chunks, window === null ? null : new ProvedWindow(window)).then((compared) => {
    closeSync(fd);
    parentPort?.postMessage(compared);
  });
});
parentPort?.postMessage('ready');
