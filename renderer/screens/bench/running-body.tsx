import { memo, type ReactElement } from 'react';
import type { AppJob } from '../../../core/contract/app-bench';
import { percentOf } from '../../format';
import type { Density } from '../../store/selectors';
import { curvePoints } from '../../store/rates';
import { rateWords, useRate } from '../../store/rates-store';
import { useText } from '../../text';

const curveWidth = 120;
const curveHeight = 24;

/** Drawn twice a second at most: the samples are the same object in between. */
const Curve = memo(function Curve({ samples }: { readonly samples: readonly number[] }): ReactElement | null {
  if (samples.length < 2) return null;
  return (
    <svg
      className="card-curve"
      viewBox={`0 -1 ${curveWidth} ${curveHeight + 2}`}
      preserveAspectRatio="none"
      aria-hidden
    >
      <polyline points={curvePoints(samples, curveWidth, curveHeight)} vectorEffect="non-scaling-stroke" />
    </svg>
  );
});

/** How far a phase is; null where that cannot be told. */
export function percentOfJob({ state }: AppJob): number | null {
  switch (state.state) {
    case 'writing':
    case 'verifying':
      return percentOf(state.bytesDone, state.bytesTotal);
    case 'preparing':
      return state.task === null || state.task.total === 0
        ? null
        : percentOf(state.task.done, state.task.total);
    case 'queued':
    case 'checking':
    case 'erasing':
    case 'sealing':
    case 'done':
    case 'failed':
    case 'cancelled':
    case 'interrupted':
      return null;
  }
}

interface RunningBodyProps {
  readonly job: AppJob;
  readonly density: Density;
}

/** Whether two looks at a job are drawn alike: most updates move fewer bytes than one percent. */
function looksAlike(one: RunningBodyProps, other: RunningBodyProps): boolean {
  const { state: a } = one.job;
  const { state: b } = other.job;
  const taskOf = (state: AppJob['state']): string | undefined =>
    state.state === 'preparing' ? state.task?.phase : undefined;
  return (
    a.state === b.state &&
    one.density === other.density &&
    one.job.driveId === other.job.driveId &&
    one.job.bay === other.job.bay &&
    one.job.machineSerial === other.job.machineSerial &&
    percentOfJob(one.job) === percentOfJob(other.job) &&
    taskOf(a) === taskOf(b)
  );
}

/** A drive that is worked on: how far, how fast, how long still. */
export const RunningBody = memo(function RunningBody({ job, density }: RunningBodyProps): ReactElement {
  const text = useText().bench;
  const rate = useRate(job.driveId);
  const words = rateWords(rate, text.left);
  const percent = percentOfJob(job);
  const { state } = job;
  const task = state.state === 'preparing' && state.task !== null ? text.taskPhase[state.task.phase] : null;
  return (
    <>
      <p className="card-machine mono clipped" title={job.machineSerial}>
        {density === 'dense' ? job.machineSerial : text.forMachine(job.machineSerial)}
      </p>
      <div className="card-progress">
        <p className="card-percent">{percent === null ? '' : text.percent(percent)}</p>
        <p className="card-speed">
          {task ?? (
            <>
              <span>{words.speed}</span>
              <span>{words.left}</span>
            </>
          )}
        </p>
      </div>
      <div className="card-foot">
        {rate !== null && density !== 'dense' && <Curve samples={rate.samples} />}
        <div
          className="card-bar"
          role="progressbar"
          aria-label={text.progressLabel(job.bay)}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={percent ?? undefined}
          data-unknown={percent === null}
          data-phase={state.state}
        >
          <span style={{ transform: `scaleX(${(percent ?? 0) / 100})` }} />
        </div>
      </div>
    </>
  );
}, looksAlike);
