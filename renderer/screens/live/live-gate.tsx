import { Button, Modal } from '@mantine/core';
import { useState, type ReactElement } from 'react';
import type { AppLive } from '../../../core/contract/app-live';
import { send } from '../../actions';
import { Notice } from '../../components/notice';
import { useApp } from '../../store/app-store';
import { useText } from '../../text';
import { ClockForm } from './clock-form';
import { KeyForm } from './key-form';
import { StationForm } from './station-form';

/** What a station on a stick waits for, the most urgent first; null: for nothing. */
type Step = 'none' | 'locked' | 'clock' | 'station' | 'images';

function stepOf({ live, problems }: AppLive): Step | null {
  if (live === null) return null;
  if (live.data !== 'open') return live.data;
  if (live.station === null) return 'station';
  if (problems.some(({ code }) => code === 'clock-wrong')) return 'clock';
  return problems.some(({ code }) => code === 'live-image-disk-missing') ? 'images' : null;
}

/** Above every screen of a station on a stick: what keeps it from real work, and over it the form that mends that. */
export function LiveGate(): ReactElement | null {
  const { live: text, common } = useText();
  const state = useApp(({ live }) => live);
  // A clock that is found wrong in the middle of the work opens no form over it.
  const [put, setPut] = useState<readonly Step[]>(['clock']);
  const step = stepOf(state);
  if (step === null) return null;
  const putAway = (): void => {
    setPut([...put, step]);
  };
  const problem = state.problems.find(
    ({ code }) => code === (step === 'images' ? 'live-image-disk-missing' : 'clock-wrong'),
  );
  const isData = step === 'none' || step === 'locked';
  const title = isData ? text.nothingKept[step] : step === 'station' ? text.unanswered : problem?.message;
  return (
    <section className="stack notices no-print" aria-label={text.region}>
      <Notice
        tone={step === 'station' ? 'warn' : 'bad'}
        title={title}
        large
        actions={
          <Button
            size="lg"
            {...(step === 'station' ? {} : { color: 'red' })}
            onClick={() => {
              // There is nothing to ask.
              if (step === 'images') send('openImageDisk', {});
              setPut(put.filter((one) => one !== step));
            }}
          >
            {text.button[step]}
          </Button>
        }
      >
        <p>{isData ? text.trainingOnly : step === 'station' ? text.unansweredHint : problem?.remedy}</p>
      </Notice>
      <Modal
        opened={!put.includes(step) && step !== 'images'}
        onClose={putAway}
        title={text.button[step]}
        closeButtonProps={{ 'aria-label': common.close }}
        closeOnClickOutside={false}
        size="44rem"
      >
        {isData ? (
          <KeyForm key={step} makes={step === 'none'} onLeave={putAway} />
        ) : step === 'clock' ? (
          <ClockForm zone={state.live?.station?.timeZone ?? 'UTC'} onLeave={putAway} />
        ) : (
          <StationForm onLeave={putAway} />
        )}
      </Modal>
    </section>
  );
}
