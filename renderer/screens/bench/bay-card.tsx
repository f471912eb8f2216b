import { memo, useId, type ReactElement } from 'react';
import type { AppJob } from '../../../core/contract/app-bench';
import type { AppErasure } from '../../../core/contract/app-erase';
import type { RackPlace } from '../../../core/drive/rack-shape';
import type { Tone } from '../../components/notice';
import { useBayShown, type BayShown } from '../../store/bay-shown';
import type { CardKind, Density, PastKind } from '../../store/selectors';
import { selectDrive } from '../../store/view-store';
import { useText, type Text } from '../../text';
import { EndedBody, IdleBody } from './card-bodies';
import { ErasureActions, ErasureBody } from './erasure-body';
import { JobActions } from './job-actions';
import { RunningBody } from './running-body';
import {
  IconAlertTriangle,
  IconCheck,
  IconCircleDashed,
  IconCircleFilled,
  IconDisc,
  IconLink,
  IconLock,
  IconPlayerStop,
  IconRefresh,
  IconX,
  type Icon,
} from '@tabler/icons-react';

interface BayCardProps {
  readonly label: string;
  readonly driveId: string | null;
  readonly density: Density;
  /** Where the rack's shape puts it. */
  readonly place: RackPlace | undefined;
  /** It is one of so many that what is in it is left out of the page beyond the window: its button says that, too. */
  readonly described: boolean;
}

/** Of a job that ended; the card takes its colour. */
export const tones: Readonly<Partial<Record<CardKind, Tone>>> = {
  pass: 'good',
  fail: 'bad',
  cancelled: 'warn',
  interrupted: 'warn',
};

/** One word for what the card shows. */
export function statusWord(
  kind: CardKind,
  job: AppJob | null,
  past: PastKind | undefined,
  { bench: text, past: words, erase, machines }: Pick<Text, 'bench' | 'past' | 'erase' | 'machines'>,
  erasure: AppErasure | null = null,
): string {
  if (erasure !== null) return erase.word(erasure);
  switch (kind) {
    case 'running':
      return job === null ? '' : text.phase[job.state.state];
    case 'pass':
      return text.phase.done;
    case 'fail':
      return text.phase.failed;
    case 'cancelled':
    case 'interrupted':
      return text.phase[kind];
    case 'free':
      // Ready would say that nothing is on it, and nothing against it.
      return past === undefined ? text.free : words.status[past];
    case 'away':
      return machines.card.away;
    case 'empty':
    case 'blocked':
    case 'paired':
      return text[kind];
  }
}

function Body({
  shown,
  density,
}: {
  readonly shown: BayShown;
  readonly density: Density;
}): ReactElement | null {
  const { kind, drive, job, pair, planned, bootTest, past, health, sizeCheck, erasure } = shown;
  if (job !== null) {
    return kind === 'running' ? (
      <RunningBody job={job} density={density} />
    ) : (
      <EndedBody job={job} kind={kind} bootTest={bootTest} gone={drive === null} density={density} />
    );
  }
  if (drive !== null && erasure !== null) return <ErasureBody {...{ drive, erasure, density }} />;
  return drive === null ? null : <IdleBody {...{ drive, pair, planned, past, health, sizeCheck, density }} />;
}

/** A bay with its drive. */
export const BayCard = memo(function BayCard(props: BayCardProps): ReactElement {
  const { label, driveId, density, place, described } = props;
  const contentId = useId();
  const words = useText();
  const text = words.bench;
  const shown = useBayShown(driveId);
  const { drive, job, erasure, kind, pastKind, away } = shown;
  const word = statusWord(kind, job, pastKind, words, erasure);
  return (
    <li
      className="card surface"
      data-kind={kind}
      data-tone={tones[kind]}
      data-past={pastKind}
      data-density={density}
      style={place && { gridRow: place.row, gridColumn: place.column }}
    >
      {driveId !== null && (
        <button
          type="button"
          className="card-open"
          aria-label={text.cardLabel(label, word)}
          aria-describedby={described ? contentId : undefined}
          onClick={() => {
            selectDrive(driveId);
          }}
        />
      )}
      <div className="card-content" id={described ? contentId : undefined}>
        <div className="card-head">
          <BayNumber label={label} />
          {job !== null && kind !== 'running' && density !== 'dense' ? (
            // A bay that is a machine has its name.
            label !== job.machineSerial && (
              <p className="card-head-machine mono clipped" title={job.machineSerial}>
                {job.machineSerial}
              </p>
            )
          ) : erasure !== null && kind !== 'running' && density !== 'dense' ? (
            <p className="card-head-machine mono clipped">{drive?.serial ?? text.noSerial}</p>
          ) : (
            <p className="card-status">
              <StatusMark kind={kind} past={pastKind} />
              {word}
            </p>
          )}
        </div>
        <Body shown={shown} density={density} />
        {away && kind !== 'away' && (
          <p className="card-note toned" data-tone="warn">
            {words.machines.card.away}
          </p>
        )}
      </div>
      {erasure !== null && density !== 'dense' && (
        <div className="card-actions">
          <ErasureActions bay={label} erasure={erasure} compact />
        </div>
      )}
      {job !== null && density !== 'dense' && (
        <div className="card-actions">
          <JobActions job={job} compact />
        </div>
      )}
    </li>
  );
});

/** Labels with more characters are names, as machines have: to be read whole, and not the largest thing there is. */
const longestNumber = 6;

/** It has a name, not a number. */
export const isNamed = (label: string, text: Text): boolean => text.rack.short(label).length > longestNumber;

/** A bay's label, large. Every label may begin with `bay`: what tells it from the others is shown. */
export const BayNumber = memo(function BayNumber({ label }: { readonly label: string }): ReactElement {
  const text = useText();
  const shown = text.rack.short(label);
  const isLong = isNamed(label, text);
  return (
    <h2 className={isLong ? 'card-bay card-bay-long clipped' : 'card-bay clipped'} title={label}>
      {shown !== label && <span className="unseen">{label.slice(0, label.length - shown.length)}</span>}
      {shown}
    </h2>
  );
});

/** A shape for each state, for eyes that do not tell the colours. */
const marks: Readonly<Record<CardKind, Icon>> = {
  empty: IconCircleDashed,
  away: IconCircleDashed,
  blocked: IconLock,
  free: IconCircleFilled,
  paired: IconLink,
  running: IconRefresh,
  pass: IconCheck,
  fail: IconX,
  cancelled: IconPlayerStop,
  interrupted: IconPlayerStop,
};

/** The shape beside the word. */
export const StatusMark = memo(function StatusMark({
  kind,
  past,
}: {
  readonly kind: CardKind;
  readonly past?: PastKind | undefined;
}): ReactElement {
  const Mark = past === undefined ? marks[kind] : past === 'holds' ? IconDisc : IconAlertTriangle;
  return <Mark className="card-mark" size={16} stroke={2.5} aria-hidden />;
});
