import { memo, type ReactElement } from 'react';
import type { AppJob } from '../../../core/contract/app-bench';
import { ProgressBar } from '../../components/progress-bar';
import type { Density } from '../../store/selectors';
import { curvePoints } from '../../store/rates';
import { useMoving, useSamples } from '../../store/progress';
import { useText } from '../../text';

const curveWidth = 120;
const curveHeight = 24;

/** Drawn twice a second at most: the samples are the same object in between. */
const Curve = memo(function Curve({ driveId }: { readonly driveId: string }): ReactElement | null {
  const samples = useSamples(driveId);
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

interface RunningBodyProps {
  readonly job: AppJob;
  readonly density: Density;
}

/** Whether two looks at a job are drawn alike: how far it is comes from the station by itself. */
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
    taskOf(a) === taskOf(b)
  );
}

/** A drive that is worked on: how far, how fast, how long still. */
export const RunningBody = memo(function RunningBody({ job, density }: RunningBodyProps): ReactElement {
  const text = useText().bench;
  const { percent, left, rate } = useMoving(job.driveId);
  const { state } = job;
  const task = state.state === 'preparing' && state.task !== null ? text.taskPhase[state.task.phase] : null;
  return (
    <>
      {/* A bay that is a machine has its name. */}
      {job.bay !== job.machineSerial && (
        <p className="card-machine mono clipped" title={job.machineSerial}>
          {density === 'dense' ? job.machineSerial : text.forMachine(job.machineSerial)}
        </p>
      )}
      <div className="card-progress">
        <p className="card-percent">{percent === null ? '' : text.percent(percent)}</p>
        <p className="card-speed">
          <span className={task === null ? 'card-rate' : undefined}>{task ?? rate}</span>
          <span>{left === null ? '' : text.left(left)}</span>
        </p>
      </div>
      {density !== 'dense' && <Curve driveId={job.driveId} />}
      <div className="card-bar">
        <ProgressBar
          label={text.progressLabel(job.bay)}
          percent={percent}
          tone={state.state === 'verifying' ? 'good' : 'info'}
        />
      </div>
    </>
  );
}, looksAlike);
