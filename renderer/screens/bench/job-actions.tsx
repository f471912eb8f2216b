import { Button } from '@mantine/core';
import { IconPlayerStop, IconRefresh } from '@tabler/icons-react';
import { memo, type ReactElement } from 'react';
import type { AppJob } from '../../../core/contract/app-bench';
import { send } from '../../actions';
import { ConfirmButton } from '../../components/confirm-button';
import { isRunning } from '../../../core/job/job';
import { isSetAside } from '../../../core/job/short-reasons';
import { useText } from '../../text';

interface JobActionsProps {
  readonly job: AppJob;
  readonly compact?: boolean;
}

interface ActionsProps {
  readonly driveId: string;
  readonly bay: string;
  readonly canCancel: boolean;
  readonly canRetry: boolean;
  readonly canDismiss: boolean;
  /** The drive is to be set aside: another try is not what to do next. */
  readonly clearFirst: boolean;
  readonly compact: boolean;
}

/** Takes plain values, so that moving bytes do not draw the buttons again. */
const Actions = memo(function Actions(props: ActionsProps): ReactElement {
  const { driveId, bay, compact } = props;
  const text = useText().bench;
  const size = compact ? 'sm' : 'md';
  const retry = props.canRetry && (
    <Button
      size={size}
      aria-label={text.jobAction(text.retryJob, bay)}
      leftSection={<IconRefresh size={18} aria-hidden />}
      onClick={() => {
        send('retryJob', { driveId });
      }}
    >
      {text.retryJob}
    </Button>
  );
  const clear = props.canDismiss && (
    <Button
      size={size}
      aria-label={text.jobAction(text.dismissJob, bay)}
      onClick={() => {
        send('dismissJob', { driveId });
      }}
    >
      {text.dismissJob}
    </Button>
  );
  return (
    <>
      {props.canCancel && (
        <ConfirmButton
          compact={compact}
          label={text.cancelJob}
          name={text.jobAction(text.cancelJob, bay)}
          icon={compact ? undefined : <IconPlayerStop size={18} aria-hidden />}
          question={text.cancelQuestion(bay)}
          yes={text.cancelYes}
          no={text.keepWriting}
          onConfirm={() => {
            send('cancelJob', { driveId });
          }}
        />
      )}
      {props.clearFirst ? clear : retry}
      {props.clearFirst ? retry : clear}
    </>
  );
});

/** What can be done about a job: cancel while it runs, then retry it or clear its card, what is to be done first. */
export function JobActions({ job, compact = false }: JobActionsProps): ReactElement {
  return (
    <Actions
      driveId={job.driveId}
      bay={job.bay}
      canCancel={job.canCancel}
      canRetry={job.canRetry}
      canDismiss={!isRunning(job)}
      clearFirst={job.state.state === 'failed' && isSetAside(job.state.reason)}
      compact={compact}
    />
  );
}
