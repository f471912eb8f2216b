import { Button, CloseButton } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import { useEffect, useMemo, type ReactElement } from 'react';
import {
  firstDriveStatuses,
  firstDriveSteps,
  opensFirstDrive,
  practiceNumber,
} from '../../../core/flow/first-drive';
import { flowOf, type NextAction } from '../../../core/flow/flow';
import type { AppState } from '../../../core/contract/app';
import { commandBarcode } from '../../../core/scan/scan';
import { act, send } from '../../actions';
import { useApp, useAppShallow } from '../../store/app-store';
import {
  advanceFirstDrive,
  closeFirstDrive,
  openFirstDrive,
  useFirstDrive,
} from '../../store/first-drive-store';
import { flowFactsOf } from '../../store/flow';
import { showScreen, useView } from '../../store/view-store';
import { useText } from '../../text';
import { drawQrCode } from '../sheet/barcode';
import { shipStore, useShip } from '../ship/ship-store';
import './first-drive.css';

/** Whether the drives are those that the app made for practice; a bench that was given at the start has its own purpose. */
export function onTrainingBench({ station }: Pick<AppState, 'station'>): boolean {
  return station.benchDirectory?.startsWith(`${station.stateDirectory}/`) === true;
}

/** Opens the card anew, and the bench with it. */
export async function startHere(): Promise<void> {
  const list = await act('listShipments', {});
  // Of a shipment before this one.
  shipStore.setState({ report: null });
  openFirstDrive(list === null ? 1 : practiceNumber(list));
  showScreen('bench');
}

/** A code to scan from the screen. QR: what reads a screen reads it, and it is small. */
function Code({ code }: { readonly code: string }): ReactElement {
  const text = useText().firstDrive;
  const picture = useMemo(() => drawQrCode(code), [code]);
  return (
    <figure className="first-drive-code">
      <img src={picture} alt={text.codeOf(code)} />
      {/* A SHA-256 is 64 long: the picture's name has it, and Media shows it. */}
      {code.length < 30 && <figcaption className="mono">{code}</figcaption>}
    </figure>
  );
}

/** What to do now, and the code that does it; null: nothing is scanned. */
interface Lead {
  readonly words: string;
  readonly code: string | null;
}

function useLead(): Lead {
  const text = useText().firstDrive;
  const { stage, number } = useFirstDrive((state) => state);
  const next = useApp((state) => flowOf(flowFactsOf(state)).next);
  const sha256 = useApp(({ station }) => station.trainingMedia?.sha256 ?? null);
  const bay = useApp(({ drives, pairing }) =>
    drives.bays.find(
      ({ driveId }) => driveId !== null && !pairing.pairs.some((pair) => pair.driveId === driveId),
    ),
  );
  const ended = useApp(({ jobs, drives }) => {
    const [job] = jobs;
    return drives.bays.find(({ driveId }) => driveId === job?.driveId)?.label ?? null;
  });
  const screen = useView((view) => view.screen);
  const ticked = useShip(({ chosen }) => chosen.size);
  const asksNumber = useShip((state) => state.asksNumber);
  const machine = `TRAINING${number}`;
  if (stage === 'shipped') return { words: text.shipped, code: null };
  if (stage === 'cleared') {
    if (screen !== 'ship') return { words: text.ship, code: commandBarcode('SHIP') };
    if (ticked === 0) return { words: text.tick(machine), code: machine };
    if (asksNumber) return { words: text.number, code: `TRAINING-${number}` };
    return { words: text.closeShipment, code: commandBarcode('SHIP') };
  }
  const words = (action: NextAction): string => text.lead(action, { machine, bay: bay?.label ?? '' });
  switch (next) {
    case 'operator':
      return { words: words(next), code: 'OP-Trainee' };
    case 'media-hash':
      return { words: words(next), code: sha256 };
    case 'machine':
      return { words: words(next), code: machine };
    case 'bay':
      return { words: words(next), code: bay?.label.toUpperCase() ?? null };
    case 'machine-or-start':
    case 'start':
    case 'confirm-start':
      return { words: words(next), code: commandBarcode('START') };
    case 'take-out':
      return { words: words(next), code: commandBarcode('CLEAR') };
    case 'failed':
      return { words: words(next), code: commandBarcode('RETRY') };
    case 'bay-to-clear':
    case 'bay-to-retry':
      return { words: words(next), code: ended?.toUpperCase() ?? null };
    default:
      return { words: words(next), code: null };
  }
}

/** Leads through the first drive on training drives: beside every screen, so that it covers nothing. */
export function FirstDriveCard(): ReactElement | null {
  const text = useText().firstDrive;
  const status = useText().flow.stepStatus;
  const training = useApp(onTrainingBench);
  const { open, closed } = useFirstDrive((state) => state);
  const passed = useApp((state) => flowFactsOf(state).jobs.passed);
  const shipped = useShip(({ report }) => report !== null);
  useEffect(() => {
    if (!training || closed || open) return;
    void act('listShipments', {}).then((list) => {
      if (list === null) return;
      const finished = practiceNumber(list) - 1;
      if (opensFirstDrive({ training, finished, closed })) openFirstDrive(1);
    });
  }, [training, closed, open]);
  useEffect(() => {
    if (open) advanceFirstDrive({ passed, shipped });
  }, [open, passed, shipped]);
  return training && open ? <Card text={text} status={status} /> : null;
}

interface CardProps {
  readonly text: ReturnType<typeof useText>['firstDrive'];
  readonly status: ReturnType<typeof useText>['flow']['stepStatus'];
}

function Card({ text, status }: CardProps): ReactElement {
  const stage = useFirstDrive((state) => state.stage);
  const statuses = useAppShallow((state) => firstDriveStatuses(stage, flowOf(flowFactsOf(state))));
  const next = useApp((state) => flowOf(flowFactsOf(state)).next);
  const { words, code } = useLead();
  return (
    <aside className="first-drive no-print" aria-label={text.title}>
      <div className="row spread">
        <h2>{text.title}</h2>
        <CloseButton aria-label={text.close} title={text.close} onClick={closeFirstDrive} />
      </div>
      <ol className="first-drive-steps">
        {firstDriveSteps.map((step, index) => (
          <li
            key={step}
            data-status={statuses[step]}
            aria-current={statuses[step] === 'current' ? 'step' : undefined}
          >
            <span className="first-drive-mark" aria-hidden>
              {statuses[step] === 'done' ? <IconCheck size={16} stroke={3} /> : index + 1}
            </span>
            {text.step[step]}
            <span className="unseen"> ({status[statuses[step]]})</span>
          </li>
        ))}
      </ol>
      <p className="first-drive-lead">{words}</p>
      {stage === 'writing' && next === 'media' && (
        <Button
          onClick={() => {
            send('useTrainingMedia', {});
          }}
        >
          {text.useMedia}
        </Button>
      )}
      {code !== null && <Code code={code} />}
    </aside>
  );
}
