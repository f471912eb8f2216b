import { IconCheck, IconPlayerStop, IconX } from '@tabler/icons-react';
import type { CSSProperties, ReactElement } from 'react';
import type { AppJob, AppBootTest } from '../../../core/contract/app-bench';
import type { AppSizeCheck, HealthsState } from '../../../core/contract/app-health';
import type { PlannedDrive } from '../../../core/contract/app-start';
import type { DrivePast } from '../../../core/ledger/drive-past';
import type { Pair } from '../../../core/pairing/pairing-state';
import type { Drive } from '../../../core/drive/drive';
import { driveAgainWords } from '../../../core/job/drive-again';
import { formatBytes } from '../../../core/base/display';
import type { CardKind, Density } from '../../store/selectors';
import { HealthLine } from './health-line';
import { PastLines } from './past-lines';
import { isSetAside } from '../../../core/job/short-reasons';
import { useText } from '../../text';

/** What a bay's card shows while nothing runs on its drive: before a job, and after it. */

interface IdleBodyProps {
  readonly drive: Drive;
  readonly pair: Pair | null;
  readonly planned: PlannedDrive | null;
  readonly past: DrivePast | null;
  readonly health: HealthsState[number] | null;
  readonly sizeCheck: AppSizeCheck | null;
  readonly density: Density;
}

/** A drive that nothing is done with: what it is, why it may not be written, whose it will be. */
export function IdleBody({
  drive,
  pair,
  planned,
  past,
  health,
  sizeCheck,
  density,
}: IdleBodyProps): ReactElement {
  const words = useText();
  const text = words.bench;
  const model = drive.model ?? text.unknownModel;
  const [reason] = drive.reasons;
  // What is said of its health once need not be said twice.
  const healthShown = health !== null && density !== 'dense' && reason?.code !== 'health';
  const notes = drive.notes.filter(({ code }) => code !== 'health' || !healthShown);
  const size = formatBytes(drive.size);
  const { computerName = '', model: machineModel, driverPack } = planned ?? {};
  const machine = { ...pair?.machine, ...(machineModel === undefined ? {} : { model: machineModel }) };
  const known = [computerName, text.knownWords(machine)].filter((part) => part !== '').join(' · ');
  const details = drive.bus === null ? size : `${size} · ${drive.bus.toUpperCase()}`;
  return (
    <>
      <p className="card-model clipped" title={model}>
        {model}
      </p>
      <p className="card-serial soft mono clipped" title={drive.serial ?? undefined}>
        {drive.serial ?? text.noSerial}
      </p>
      {pair !== null &&
        // Where the bay is the machine, its name is read already.
        (drive.rack === undefined ? (
          <p className="card-machine mono">{text.forMachine(pair.machineSerial)}</p>
        ) : (
          density !== 'dense' && <p className="card-machine soft">{words.machines.card.inMachine}</p>
        ))}
      {known !== '' && density !== 'dense' && (
        <p className="card-details soft clipped" title={known}>
          {known}
        </p>
      )}
      {drive.verdict === 'blocked' && reason !== undefined ? (
        <p className="card-reason" title={drive.reasons.map(({ message }) => message).join('\n')}>
          {reason.message}
        </p>
      ) : (
        (pair === null || density !== 'dense') &&
        (past === null || density !== 'dense') && <p className="card-details soft">{details}</p>
      )}
      {drive.verdict === 'eligible' && past !== null && (
        <PastLines
          past={past}
          short={density === 'dense'}
          className={density === 'dense' ? 'card-past clipped' : 'card-past'}
        />
      )}
      {drive.verdict === 'eligible' && notes.length > 0 && (
        <p
          className="card-note toned"
          data-tone="warn"
          title={drive.notes.map(({ message }) => message).join('\n')}
        >
          {notes.map(({ code }) => text.note[code]).join(' · ')}
        </p>
      )}
      {typeof driverPack === 'string' && density === 'roomy' && (
        <p className="card-details soft clipped">{text.start.driverPack(driverPack)}</p>
      )}
      {driverPack === null && density !== 'dense' && (
        <p className="card-note toned" data-tone="warn">
          {text.start.noDriverPack}
        </p>
      )}
      {healthShown && <HealthLine shown={health} className="card-details soft" />}
      {sizeCheck?.status === 'running' && (
        <p className="card-details">
          {words.health.size.running(
            sizeCheck.total === 0 ? 0 : Math.floor((sizeCheck.done / sizeCheck.total) * 100),
          )}
        </p>
      )}
      {density === 'roomy' &&
        drive.verdict === 'eligible' &&
        past === null &&
        // What the drive will get takes the room of what is on it, which START shows.
        driverPack === undefined &&
        drive.contents.length > 0 && (
          <ul className="card-contents soft" aria-label={text.details.contents}>
            {drive.contents.map((line, index) => (
              <li key={index} className="clipped">
                {line}
              </li>
            ))}
          </ul>
        )}
    </>
  );
}

interface EndedBodyProps {
  readonly job: AppJob;
  readonly kind: CardKind;
  readonly bootTest: AppBootTest | null;
  /** The drive is not attached any more. */
  readonly gone: boolean;
  readonly density: Density;
}

/** For the style sheet: how many lines a small card has below the large word, of those that it may have. */
function linesBelow(lines: readonly boolean[]): CSSProperties {
  return { '--lines': lines.filter(Boolean).length } as CSSProperties;
}

/** How a job ended, to be read from across the room. */
export function EndedBody({ job, kind, bootTest, gone, density }: EndedBodyProps): ReactElement {
  const words = useText();
  const text = words.bench;
  const { state } = job;
  const word = text.phase[kind === 'fail' ? 'failed' : state.state];
  const passed = state.state === 'done' && !gone;
  const tested = passed && bootTest !== null;
  // A bay that is a machine has its name.
  const named = passed && density === 'dense' && job.bay !== job.machineSerial;
  return (
    <>
      <p className="card-verdict" style={linesBelow([tested, named || !passed])} aria-hidden>
        {kind === 'pass' && <IconCheck stroke={3.5} />}
        {kind === 'fail' && <IconX stroke={3.5} />}
        {(kind === 'cancelled' || kind === 'interrupted') && <IconPlayerStop stroke={2.5} />}
        <span>{word}</span>
      </p>
      {named && (
        <p className="card-machine mono clipped" title={job.machineSerial}>
          {job.machineSerial}
        </p>
      )}
      {state.state === 'failed' && (
        <p className="card-reason" title={state.reason.message}>
          {text.shortReason(state.reason)}
        </p>
      )}
      {state.state === 'failed' && density === 'roomy' && isSetAside(state.reason) && (
        <p className="card-reason">{text.setAside}</p>
      )}
      {(state.state === 'cancelled' || state.state === 'interrupted') && (
        <p className="card-reason">
          {state.state === 'cancelled' ? text.cancelledHint : text.interruptedHint}
        </p>
      )}
      {tested && <BootTestLine bootTest={bootTest} />}
      {job.driveAgain !== undefined && density !== 'dense' && (
        <p className="card-details soft" title={driveAgainWords(job.driveAgain)}>
          {driveAgainWords(job.driveAgain)}
        </p>
      )}
      {density !== 'dense' &&
        job.slow?.map((note) => (
          <p key={note.what} className="card-details soft clipped" title={words.health.slow(note)}>
            {words.health.slow(note)}
          </p>
        ))}
      {state.state === 'done' && gone && <p className="card-reason">{text.gone}</p>}
    </>
  );
}

const tones = { passed: 'good', failed: 'bad', error: 'bad', running: undefined } as const;

/** Whether the drive starts, in two words. */
function BootTestLine({ bootTest }: { readonly bootTest: AppBootTest }): ReactElement {
  const text = useText().bench.rehearsal.onCard;
  const result =
    bootTest.status === 'ended'
      ? bootTest.verdict.passed
        ? 'passed'
        : 'failed'
      : bootTest.status === 'failed'
        ? 'error'
        : 'running';
  return (
    <strong className={result === 'running' ? undefined : 'toned'} data-tone={tones[result]}>
      {text[result]}
    </strong>
  );
}
