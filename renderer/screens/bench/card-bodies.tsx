import { IconCheck, IconPlayerStop, IconX } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import type { AppJob, AppBootTest } from '../../../core/contract/app-bench';
import type { Pair } from '../../../core/pairing/pairing-state';
import type { Drive } from '../../../core/drive/drive';
import { formatDriveSize } from '../../format';
import type { CardKind, Density } from '../../store/selectors';
import { useText } from '../../text';

interface IdleBodyProps {
  readonly drive: Drive;
  readonly pair: Pair | null;
  readonly density: Density;
}

/** A drive that nothing is done with: what it is, why it may not be written, whose it will be. */
export function IdleBody({ drive, pair, density }: IdleBodyProps): ReactElement {
  const text = useText().bench;
  const model = drive.model ?? text.unknownModel;
  const [reason] = drive.reasons;
  const size = formatDriveSize(drive.size);
  const known = text.knownWords(pair?.machine ?? {});
  const facts = drive.bus === null ? size : `${size} · ${drive.bus.toUpperCase()}`;
  return (
    <>
      <p className="card-model clipped" title={model}>
        {model}
      </p>
      <p className="card-serial mono clipped" title={drive.serial ?? undefined}>
        {drive.serial ?? text.noSerial}
      </p>
      {pair !== null && <p className="card-machine mono">{text.forMachine(pair.machineSerial)}</p>}
      {known !== '' && density !== 'dense' && (
        <p className="card-facts clipped" title={known}>
          {known}
        </p>
      )}
      {drive.verdict === 'blocked' && reason !== undefined ? (
        <p className="card-reason" title={drive.reasons.map(({ message }) => message).join('\n')}>
          {reason.message}
        </p>
      ) : (
        (pair === null || density !== 'dense') && <p className="card-facts">{facts}</p>
      )}
      {density === 'roomy' && drive.verdict === 'eligible' && drive.contents.length > 0 && (
        <ul className="card-contents" aria-label={text.details.contents}>
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
  readonly rehearsal: AppBootTest | null;
  /** The drive is not attached any more. */
  readonly gone: boolean;
  readonly density: Density;
}

/** How a job ended, to be read from across the room. */
export function EndedBody({ job, kind, rehearsal, gone, density }: EndedBodyProps): ReactElement {
  const text = useText().bench;
  const { state } = job;
  const word = text.phase[kind === 'fail' ? 'failed' : state.state];
  return (
    <>
      <p className="card-verdict" aria-hidden>
        {kind === 'pass' && <IconCheck stroke={3.5} />}
        {kind === 'fail' && <IconX stroke={3.5} />}
        {(kind === 'cancelled' || kind === 'interrupted') && <IconPlayerStop stroke={2.5} />}
        <span>{word}</span>
      </p>
      {density === 'dense' && state.state === 'done' && !gone && (
        <p className="card-machine mono clipped" title={job.machineSerial}>
          {job.machineSerial}
        </p>
      )}
      {state.state === 'failed' && (
        <p className="card-reason" title={state.reason.message}>
          {density === 'roomy' ? state.reason.message : text.shortReason(state.reason)}
        </p>
      )}
      {(state.state === 'cancelled' || state.state === 'interrupted') && (
        <p className="card-reason">
          {state.state === 'cancelled' ? text.cancelledHint : text.interruptedHint}
        </p>
      )}
      {state.state === 'done' && !gone && rehearsal !== null && <RehearsalLine rehearsal={rehearsal} />}
      {state.state === 'done' && gone && <p className="card-reason">{text.gone}</p>}
    </>
  );
}

/** Whether the drive starts, in two words. */
function RehearsalLine({ rehearsal }: { readonly rehearsal: AppBootTest }): ReactElement {
  const text = useText().bench.rehearsal.onCard;
  const result =
    rehearsal.status === 'ended'
      ? rehearsal.verdict.passed
        ? 'passed'
        : 'failed'
      : rehearsal.status === 'failed'
        ? 'error'
        : 'running';
  return (
    <p className="card-rehearsal" data-result={result}>
      {text[result]}
    </p>
  );
}
