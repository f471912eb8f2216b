import { timeouts } from '../../core/base/timeouts';
import type { TaskReport } from '../delivery/send-media';
import type { HandlerContext } from './rpc-server';

/** Sends progress of one call, ten times a second and at its end: a piece of a file takes less. */
export function reportOf(
  { progressToken: token }: { readonly progressToken: string },
  { taskProgress }: Pick<HandlerContext, 'taskProgress'>,
): TaskReport {
  let next = 0;
  return (phase, done, total) => {
    const now = performance.now();
    if (now < next && done < total) return;
    next = now + timeouts.progressInterval;
    taskProgress({ token, phase, done, total });
  };
}
