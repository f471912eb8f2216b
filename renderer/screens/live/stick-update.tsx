import { Button } from '@mantine/core';
import { IconDownload, IconPlayerStop } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { send } from '../../actions';
import { ConfirmButton } from '../../components/confirm-button';
import { ErrorCard } from '../../components/error-card';
import { Notice } from '../../components/notice';
import { ProgressBar } from '../../components/progress-bar';
import { percentOf } from '../../format';
import { useApp } from '../../store/app-store';
import { useText } from '../../text';

/** Another version for the stick: the way to choose it, how far it is, and what came of it. */
export function StickUpdate(): ReactElement {
  const text = useText().live;
  const update = useApp(({ live }) => live.update);
  return (
    <div className="stack">
      {update.status === 'running' && <Running />}
      {update.status === 'done' && (
        <Notice
          tone="good"
          title={text.updated(update.file)}
          role="status"
          actions={
            <ConfirmButton
              label={text.restart}
              question={text.restartQuestion}
              yes={text.restart}
              no={text.restartNo}
              onConfirm={() => {
                send('restartStick', {});
              }}
            />
          }
        >
          <p>{text.updatedHint(update.signer)}</p>
        </Notice>
      )}
      {update.status === 'refused' && (
        <>
          <p className="anywhere">{text.notUpdated(update.file)}</p>
          <ErrorCard error={update.error}>
            <Button
              onClick={() => {
                send('dismissUpdate', {});
              }}
            >
              {text.updateClose}
            </Button>
          </ErrorCard>
        </>
      )}
      {update.status !== 'running' && (
        <div className="row">
          <Button
            leftSection={<IconDownload size={20} aria-hidden />}
            onClick={() => {
              send('chooseUpdate', {});
            }}
          >
            {text.update}
          </Button>
          <p className="soft">{text.updateHint}</p>
        </div>
      )}
    </div>
  );
}

function Running(): ReactElement | null {
  const text = useText().live;
  const update = useApp(({ live }) => live.update);
  if (update.status !== 'running') return null;
  const { file, task } = update;
  const phase =
    task === null
      ? text.updateBegins
      : task.phase === 'copying' || task.phase === 'checking'
        ? text.updatePhases[task.phase]
        : text.updatePhases.hashing;
  return (
    <>
      <p className="anywhere">{text.updating(file)}</p>
      <p className="soft">{phase}</p>
      <ProgressBar
        label={phase}
        percent={task === null || task.total === 0 ? null : percentOf(task.done, task.total)}
      />
      <div className="row">
        <Button
          leftSection={<IconPlayerStop size={20} aria-hidden />}
          onClick={() => {
            send('cancelUpdate', {});
          }}
        >
          {text.updateStop}
        </Button>
      </div>
    </>
  );
}
