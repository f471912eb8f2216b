import { Button } from '@mantine/core';
import { IconCheck, IconPlayerPlay, IconPlayerStop, IconRefresh } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import type { FlowStep, StepStatus } from '../../../core/flow/flow';
import type { MediaState } from '../../../core/media/media-state';
import { send } from '../../actions';
import { fileName, percentOf } from '../../format';
import { ConfirmButton } from '../../components/confirm-button';
import { Counts } from '../../components/counts';
import { useApp, useAppShallow } from '../../store/app-store';
import { flowFactsOf, useFlow, useSteps } from '../../store/flow';
import { countsOf } from '../../store/selectors';
import { askForOperator, showScreen } from '../../store/view-store';
import { useText, type Text } from '../../text';
import { useAppSettings } from '../settings/app-settings';
import { BenchViews, FillButton, Filters } from './bench-tools';
import { Mono } from '../../components/mono';
import '../order/order.css';

interface StepItemProps {
  readonly number: number;
  readonly step: FlowStep;
  readonly status: StepStatus;
  readonly value: string;
  readonly badge?: string | undefined;
  /** Goes to where it is put right; null where that is this screen. */
  readonly onOpen: (() => void) | null;
}

function StepItem({ number, step, status, value, badge, onOpen }: StepItemProps): ReactElement {
  const text = useText().flow;
  const content = (
    <>
      <span className="step-mark" aria-hidden>
        {status === 'done' ? <IconCheck size={18} stroke={3} /> : number}
      </span>
      <span className="step-words">
        <span className="soft small">
          {text.step[step]}
          <span className="unseen"> ({text.stepStatus[status]})</span>
        </span>
        <span className="step-value clipped" title={value}>
          {value}
        </span>
        {badge !== undefined && <span className="step-badge">{badge}</span>}
      </span>
    </>
  );
  return (
    <li
      className="step"
      data-status={status}
      data-tone={status === 'done' ? 'good' : undefined}
      aria-current={status === 'current' ? 'step' : undefined}
    >
      {onOpen === null ? (
        <div className="surface step-content">{content}</div>
      ) : (
        <button type="button" className="surface step-content" onClick={onOpen}>
          {content}
        </button>
      )}
    </li>
  );
}

function mediaWords(
  media: MediaState,
  { bench: text, flow }: Text,
): { readonly name: string; readonly badge?: string } {
  switch (media.status) {
    case 'none':
      return { name: flow.none };
    case 'inspecting':
      return { name: fileName(media.path), badge: text.media.inspecting };
    case 'refused':
      return { name: fileName(media.path), badge: text.media.refused };
    case 'hashing':
      return {
        name: fileName(media.media.path),
        badge: text.media.hashing(percentOf(media.progress.done, media.progress.total)),
      };
    case 'waiting-for-hash':
    case 'proved':
      return { name: fileName(media.media.path), badge: text.media[media.status] };
  }
}

const openMedia = (): void => {
  showScreen('media');
};

function Steps(): ReactElement {
  const words = useText();
  const text = words.flow;
  const status = useSteps();
  const armed = useApp(({ pairing }) => pairing.armed);
  const canStart = useFlow(({ enabled }) => enabled.start);
  const operator = useApp(({ batch }) => batch.operator);
  const media = useApp((state) => state.media);
  const { paired, running, pass, fail, stopped } = useAppShallow(countsOf);
  const { name, badge } = mediaWords(media, words);
  /** What a step says that has nothing to tell, which is no news of one that is done. */
  const idle = new Set([text.none, text.notReady]);
  const steps: readonly Omit<StepItemProps, 'number' | 'status'>[] = [
    {
      step: 'operator',
      value: operator === '' ? text.none : operator,
      onOpen: () => {
        askForOperator(true);
      },
    },
    { step: 'media', value: name, badge, onOpen: openMedia },
    { step: 'pair', value: paired === 0 ? text.none : text.number(paired), onOpen: null },
    { step: 'start', value: armed ? text.confirm : canStart ? text.ready : text.notReady, onOpen: null },
    { step: 'running', value: running === 0 ? text.none : text.number(running), onOpen: null },
    {
      step: 'take-out',
      value: pass + fail + stopped === 0 ? text.none : text.passed(pass),
      onOpen: null,
    },
  ];
  return (
    <ol className="steps">
      {steps.map((one, index) => (
        <StepItem
          key={one.step}
          number={index + 1}
          status={status[one.step]}
          {...one}
          value={status[one.step] === 'done' && idle.has(one.value) ? text.stepDone : one.value}
        />
      ))}
    </ol>
  );
}

function Progress({ views }: StripProps): ReactElement {
  const text = useText().bench;
  const { benchView } = useAppSettings();
  const counts = useAppShallow(countsOf);
  const workOrder = useApp(({ batch }) => batch.workOrder);
  const passed = useApp((state) => flowFactsOf(state).jobs.passed);
  const canClear = useFlow(({ enabled }) => enabled.clearPassed);
  const ordered = useApp(({ order }) => order !== null);
  const cancellable = useApp(({ jobs }) => jobs.filter(({ canCancel }) => canCancel).length);
  return (
    <div className="row strip-tools">
      {views && benchView === 'rack' ? (
        <Filters />
      ) : (
        <Counts
          label={text.counts.label}
          counts={(['paired', 'running', 'pass', 'fail', 'stopped'] as const).map((name) => ({
            name: text.counts[name],
            number: counts[name],
            tone: name === 'pass' ? 'good' : name === 'fail' ? 'bad' : undefined,
          }))}
        />
      )}
      {workOrder !== '' && !ordered && (
        <p className="strip-number" title={`${text.workOrder} ${workOrder}`}>
          <span className="soft strip-word">{text.workOrder}</span> <span className="mono">{workOrder}</span>
        </p>
      )}
      <div className="row push strip-buttons">
        {views && <FillButton />}
        {/* Each in its place, whether or not it can be pressed: none comes to lie under a finger that meant another. */}
        <Button
          size="sm"
          className="strip-clear"
          disabled={!canClear}
          onClick={() => {
            send('clearPassed', {});
          }}
        >
          {text.clearPassed(passed)}
        </Button>
        <ConfirmButton
          compact
          className="strip-cancel"
          icon={<IconPlayerStop size={20} aria-hidden />}
          disabled={cancellable === 0}
          label={text.cancelAll}
          question={text.cancelAllQuestion(cancellable)}
          yes={text.cancelAllYes}
          no={text.keepWriting}
          onConfirm={() => {
            send('cancelAll', {});
          }}
        />
        <Button
          size="sm"
          className="strip-short"
          title={text.refresh}
          leftSection={<IconRefresh size={20} aria-hidden />}
          onClick={() => {
            send('refreshDrives', {});
          }}
        >
          {text.refresh}
        </Button>
        {views && <BenchViews />}
      </div>
    </div>
  );
}

interface StripProps {
  /** There are bays, which can be shown in one way or another. */
  readonly views: boolean;
}

/** What is done and what is missing, the counts, and the button that leads to the start. */
export function Strip({ views }: StripProps): ReactElement {
  const text = useText().bench;
  const ready = useFlow(({ enabled }) => enabled.start);
  const paired = useApp(({ pairing }) => pairing.pairs.length);
  return (
    <section className="stack strip" aria-label={text.strip}>
      <div className="row">
        <Steps />
        <Button
          variant="filled"
          size="md"
          className="strip-start"
          disabled={!ready}
          leftSection={<IconPlayerPlay size={20} aria-hidden />}
          onClick={() => {
            send('arm', { armed: true });
          }}
        >
          {text.startButton(paired)}
        </Button>
      </div>
      <OrderStrip />
      <Progress views={views} />
    </section>
  );
}

/** The open order and how far it is; leads to its screen. Nothing while none is open. */
export function OrderStrip(): ReactElement | null {
  const text = useText().order;
  const order = useApp((state) => state.order);
  if (order === null) return null;
  const { counts } = order;
  const shown = [
    ['expected', counts.expected, undefined],
    ['paired', counts.paired + counts.writing, undefined],
    ['done', counts.done, 'good'],
    ['failed', counts.failed + counts.interrupted, 'bad'],
    ['packed', counts.packed, 'good'],
  ] as const;
  return (
    <button
      type="button"
      className="row surface order-strip"
      aria-label={`${text.strip.go(order.number)}: ${shown.map(([name, number]) => `${number} ${text.countNames[name]}`).join(', ')}`}
      onClick={() => {
        showScreen('order');
      }}
    >
      <strong>
        {text.strip.open} <Mono>{order.number}</Mono>
      </strong>
      <span className="soft">{text.strip.of(order)}</span>
      {shown.map(([name, number, tone]) => (
        <span key={name} className="toned order-strip-count" data-tone={tone} data-none={number === 0}>
          {number} {text.countNames[name]}
        </span>
      ))}
    </button>
  );
}
