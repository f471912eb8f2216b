import { Button, Modal } from '@mantine/core';
import { IconArrowLeft } from '@tabler/icons-react';
import { useState, type ReactElement } from 'react';
import { startErasing, send } from '../../actions';
import { ErrorCard } from '../../components/error-card';
import { useApp, useAppShallow } from '../../store/app-store';
import { driveOf, erasePlanOf, pastOf, plannedOf } from '../../store/selectors';
import { showScreen } from '../../store/view-store';
import { useText } from '../../text';
import { EraseList } from './erase-list';
import { EndChoice } from './end-choice';
import { StartAct } from './start-act';
import { StartDetails } from './start-details';
import { StartRefusals, StartWarnings } from './start-notices';
import type { EraseLine } from './start-lines';
import './start.css';

function Content(): ReactElement {
  const text = useText().bench.start;
  const refusal = useApp(({ pairing }) => pairing.refusal);
  const pairs = useApp(({ pairing }) => pairing.pairs);
  const drives = useAppShallow((state) => state.pairing.pairs.map(({ driveId }) => driveOf(state, driveId)));
  const pasts = useAppShallow((state) => state.pairing.pairs.map(({ driveId }) => pastOf(state, driveId)));
  const driveIds = pairs.map(({ driveId }) => driveId);
  const erase = useText().erase.list;
  const sanitise = useApp(({ settings }) => settings.sanitise);
  const plans = useAppShallow((state) => driveIds.map((driveId) => erasePlanOf(state, driveId)));
  const gets = useAppShallow((state) => driveIds.map((driveId) => plannedOf(state, driveId)));
  const lines: EraseLine[] = pairs.map((pair, index) => ({
    ...{ pair, drive: drives[index] ?? null, past: pasts[index] ?? null, planned: gets[index] ?? null },
    plan: sanitise ? (plans[index] ?? null) : null,
  }));
  const [asking, setAsking] = useState(false);

  const start = async (): Promise<void> => {
    setAsking(true);
    const started = await startErasing(driveIds);
    setAsking(false);
    if (started) showScreen('bench');
  };
  const unasked = sanitise ? driveIds.filter((_, index) => plans[index] === null) : [];
  const problem =
    lines.length === 0
      ? text.nothingToErase
      : lines.some(({ drive }) => drive === null)
        ? text.incomplete
        : sanitise && plans.some((plan) => plan?.can === false)
          ? text.eraseRefused
          : null;
  return (
    <div className="start">
      {refusal !== null && (
        <section aria-label={text.refusedTitle} className="stack">
          <h3 className="toned" data-tone="bad">
            {text.refusedTitle}
          </h3>
          <ErrorCard error={refusal} />
        </section>
      )}
      <p>{text.warning}</p>
      {refusal === null && <StartRefusals />}
      <div className="sunken">
        <StartDetails />
      </div>
      <EndChoice />
      <StartWarnings />
      <EraseList lines={lines} />
      {unasked.length > 0 && (
        <div className="row">
          <p className="soft">{text.eraseUnasked(unasked.length)}</p>
          <Button
            onClick={() => {
              send('readErase', { driveIds: unasked });
            }}
          >
            {erase.ask}
          </Button>
        </div>
      )}
      {/* What was held or typed counts for this very list: another list starts over. */}
      <StartAct
        key={JSON.stringify([driveIds, sanitise, plans])}
        count={lines.length}
        disabled={asking || problem !== null}
        problem={problem}
        onAct={() => {
          void start();
        }}
      >
        <Button
          size="lg"
          leftSection={<IconArrowLeft size={20} aria-hidden />}
          data-autofocus
          onClick={disarm}
        >
          {text.cancel}
        </Button>
      </StartAct>
    </div>
  );
}

function disarm(): void {
  send('arm', { armed: false });
}

/** What will be erased, bay by bay, and the deliberate act that starts it. Shown while the start is armed. */
export function StartOverlay(): ReactElement {
  const text = useText();
  const armed = useApp(({ pairing }) => pairing.armed);
  const count = useApp(({ pairing }) => pairing.pairs.length);
  return (
    <Modal
      opened={armed}
      onClose={disarm}
      title={text.bench.start.title(count)}
      closeButtonProps={{ 'aria-label': text.bench.start.cancel }}
      closeOnClickOutside={false}
      size="76rem"
      classNames={{ title: 'start-title', content: 'start-modal', body: 'start-modal-body' }}
    >
      {armed && <Content />}
    </Modal>
  );
}
