import { Button, TextInput } from '@mantine/core';
import { IconPlayerPlay, IconPlayerStop, IconRefresh } from '@tabler/icons-react';
import { useEffect, useRef, useState, type ReactElement } from 'react';
import { formatBytes, formatDuration } from '../../../core/base/display';
import type { AppJob } from '../../../core/contract/app-bench';
import { isRunning } from '../../../core/job/job';
import type { MediaState } from '../../../core/media/media-state';
import { act, send } from '../../actions';
import { ConfirmButton } from '../../components/confirm-button';
import { DetailList } from '../../components/details';
import { Notice } from '../../components/notice';
import { Panel } from '../../components/panel';
import { ProgressBar } from '../../components/progress-bar';
import { isDialogOpen } from '../../dialog';
import { fileName, percentOf } from '../../format';
import { useApp, useAppShallow } from '../../store/app-store';
import { useFlow } from '../../store/flow';
import { useDriveProgress } from '../../store/progress';
import { driveOf } from '../../store/selectors';
import { showScreen } from '../../store/view-store';
import { remedyInApp } from '../../remedy';
import { useText, type Text } from '../../text';
import { ownJobOf, ownResultOf } from './own-state';

const longestName = 200;

/** Asks who works, where no badge is at hand. */
function OperatorForm(): ReactElement {
  const text = useText().machine;
  const last = useApp(({ batch }) => batch.lastOperator);
  const words = useText().common.operator;
  const [name, setName] = useState('');
  const field = useRef<HTMLInputElement>(null);
  // It is the first thing to do, unless something is asked over it.
  useEffect(() => {
    if (!isDialogOpen()) field.current?.focus();
  }, []);
  return (
    <form
      className="row row-fields"
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim() !== '') void act('setBatch', { operator: name });
      }}
    >
      <TextInput
        ref={field}
        size="lg"
        label={text.operator}
        description={last === '' ? text.operatorHint : `${text.operatorHint} ${words.last(last)}`}
        value={name}
        maxLength={longestName}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => {
          setName(event.currentTarget.value);
        }}
      />
      <Button type="submit" size="lg" disabled={name.trim() === ''}>
        {text.useName}
      </Button>
    </form>
  );
}

/** The media by its file, and how far it is proved. */
function mediaWords(media: MediaState, empty: boolean, text: Text['machine']): string {
  switch (media.status) {
    case 'none':
      return empty ? text.emptyLibrary : text.noMedia;
    case 'inspecting':
    case 'refused':
      return `${fileName(media.path)} ${text.mediaStates[media.status]}`;
    case 'hashing':
      return `${fileName(media.media.path)} ${text.hashing(percentOf(media.progress.done, media.progress.total))}`;
    case 'waiting-for-hash':
      return `${fileName(media.media.path)} ${text.mediaStates['waiting-for-hash']}`;
    case 'proved': {
      const image = media.media.images.find(({ index }) => index === media.media.imageIndex);
      const name = image?.name ?? '';
      return name === '' ? fileName(media.media.path) : `${fileName(media.media.path)}, ${name}`;
    }
  }
}

/** Opens the list of what will be erased. */
function StartButton(): ReactElement {
  const text = useText().machine;
  const ready = useFlow(({ enabled }) => enabled.start);
  const armed = useApp(({ pairing }) => pairing.armed);
  const missing = useAppShallow(({ pairing }) => pairing.obstacles);
  const button = useRef<HTMLButtonElement>(null);
  // Enter is enough where a keyboard is all there is; what it opens erases nothing.
  useEffect(() => {
    const idle = document.activeElement === null || document.activeElement === document.body;
    if (ready && !armed && idle && !isDialogOpen()) button.current?.focus();
  }, [ready, armed]);
  return (
    <>
      <Button
        ref={button}
        size="xl"
        variant="filled"
        color="red"
        leftSection={<IconPlayerPlay size={28} aria-hidden />}
        disabled={!ready}
        onClick={() => {
          send('arm', { armed: true });
        }}
      >
        {text.start}
      </Button>
      <p className="soft">{ready || missing.length === 0 ? text.startHint : text.notYet(missing)}</p>
    </>
  );
}

/** What is chosen, and START. */
function Plan(): ReactElement {
  const { machine: text, bench } = useText();
  const operator = useApp(({ batch }) => batch.operator);
  const media = useApp((state) => state.media);
  const empty = useApp(({ library }) => library.media.length === 0);
  const drive = useApp((state) => driveOf(state, state.pairing.pairs[0]?.driveId ?? null));
  const disk =
    drive === null
      ? text.noDisk
      : [drive.model ?? bench.unknownModel, drive.serial ?? bench.noSerial, formatBytes(drive.size)].join(
          ', ',
        );
  return (
    <>
      {operator === '' && <OperatorForm />}
      <DetailList
        details={[
          ...(operator === '' ? [] : [{ name: text.operator, value: operator }]),
          { name: text.media, value: mediaWords(media, empty, text) },
          { name: text.disk, value: drive === null ? disk : <strong>{disk}</strong> },
        ]}
      />
      <div className="row">
        <StartButton />
        {media.status !== 'proved' && media.status !== 'hashing' && media.status !== 'inspecting' && (
          <Button
            size="lg"
            onClick={() => {
              showScreen('media');
            }}
          >
            {text.chooseMedia}
          </Button>
        )}
      </div>
    </>
  );
}

/** The disk while it is written: how far, and the way to stop. */
function Running({ job }: { readonly job: AppJob }): ReactElement {
  const { machine: text, bench } = useText();
  const progress = useDriveProgress(job.driveId);
  const { state } = job;
  const task = state.state === 'preparing' && state.task !== null ? bench.taskPhase[state.task.phase] : null;
  const left = progress?.secondsLeft ?? null;
  return (
    <>
      <p className="machine-percent">{progress === null ? '' : bench.percent(progress.percent)}</p>
      <p className="machine-phase">
        <span>{task ?? bench.phase[state.state]}</span>
        <span>{left === null ? '' : bench.left(formatDuration(left))}</span>
      </p>
      <ProgressBar
        thick
        label={text.running}
        percent={progress?.percent ?? null}
        tone={state.state === 'verifying' ? 'good' : 'info'}
      />
      {job.canCancel && (
        <div className="row">
          <ConfirmButton
            label={text.stop}
            icon={<IconPlayerStop size={20} aria-hidden />}
            question={text.stopQuestion}
            yes={text.stopYes}
            no={text.stopNo}
            onConfirm={() => {
              send('cancelJob', { driveId: job.driveId });
            }}
          />
        </div>
      )}
    </>
  );
}

interface EndedProps {
  readonly job: AppJob;
  /** Shows the result over the whole window again. */
  readonly onLarge: () => void;
}

/** How it ended, with what can be done now. */
function Ended({ job, onLarge }: EndedProps): ReactElement {
  const words = useText();
  const text = words.machine;
  const result = useApp(ownResultOf);
  const kept = useApp(({ live, station }) => live.live?.data === 'open' && station.benchDirectory === null);
  const { state } = job;
  const tone = result === 'pass' ? 'good' : result === 'fail' ? 'bad' : 'warn';
  const title = result === 'pass' ? text.pass : result === 'fail' ? text.fail : text.stopped;
  return (
    <Notice tone={tone} large title={title} role="status">
      {state.state === 'failed' && (
        <>
          <p>{state.reason.message}</p>
          <p>{remedyInApp(state.reason, words)}</p>
        </>
      )}
      {result === 'pass' && <p>{kept ? text.finished : text.practised}</p>}
      <div className="row">
        {result !== null && <Button onClick={onLarge}>{text.large}</Button>}
        {job.canRetry && (
          <Button
            leftSection={<IconRefresh size={18} aria-hidden />}
            onClick={() => {
              send('retryJob', { driveId: job.driveId });
            }}
          >
            {text.again}
          </Button>
        )}
        <Button
          onClick={() => {
            send('dismissJob', { driveId: job.driveId });
          }}
        >
          {text.clear}
        </Button>
      </div>
    </Notice>
  );
}

/** What will be done, is being done, or was done. */
export function WorkPanel({ onLarge }: Pick<EndedProps, 'onLarge'>): ReactElement {
  const text = useText().machine;
  const job = useApp(ownJobOf);
  const paired = useApp(({ pairing }) => pairing.pairs.length > 0);
  const runs = job !== null && isRunning(job);
  return (
    <Panel
      title={runs ? text.running : job === null || paired ? text.work : text.result}
      className="machine-work"
    >
      {job === null || paired ? (
        <Plan />
      ) : runs ? (
        <Running job={job} />
      ) : (
        <Ended job={job} onLarge={onLarge} />
      )}
    </Panel>
  );
}
