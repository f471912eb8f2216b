import { Button, Modal } from '@mantine/core';
import { useState, type ReactElement } from 'react';
import type { AppLive } from '../../../core/contract/app-live';
import { Notice } from '../../components/notice';
import { useApp } from '../../store/app-store';
import { useText } from '../../text';
import { ClockForm } from './clock-form';
import { KeyForm } from './key-form';
import { StationForm } from './station-form';

/** What a station on a stick waits for, the most urgent first; null: for nothing. */
type Step = 'none' | 'locked' | 'clock' | 'station';

function stepOf({ live, problems }: AppLive): Step | null {
  if (live === null) return null;
  if (live.data !== 'open') return live.data;
  if (live.station === null) return 'station';
  return problems.some(({ code }) => code === 'clock-wrong') ? 'clock' : null;
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
  const clock = state.problems.find(({ code }) => code === 'clock-wrong');
  const isData = step === 'none' || step === 'locked';
  const title = isData ? text.nothingKept[step] : step === 'clock' ? clock?.message : text.unanswered;
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
              setPut(put.filter((one) => one !== step));
            }}
          >
            {text.button[step]}
          </Button>
        }
      >
        <p>{isData ? text.trainingOnly : step === 'clock' ? clock?.remedy : text.unansweredHint}</p>
      </Notice>
      <Modal
        opened={!put.includes(step)}
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
