import { Transform } from 'node:stream';
import type { FrameGuard } from '../../core/contract/frame-guard';

/** A stream that passes messages through and fails as {@link FrameGuard} says, with what was found instead. */
export function guardFrames(guard: FrameGuard): Transform {
  return new Transform({
    transform: (bytes: Buffer, _encoding, done) => {
      const problem = guard.check(bytes);
      if (problem === null) done(null, bytes);
      else {
        const found = Buffer.from(problem.found).toString('utf8');
        done(new Error(found === '' ? problem.message : `${problem.message}: ${found}`));
      }
    },
  });
}
