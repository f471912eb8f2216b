import { memo, useMemo, type MouseEvent, type ReactElement } from 'react';
import { formatBytes } from '../../../../core/base/display';
import type { AppBootTest, AppJob } from '../../../../core/contract/app-bench';
import type { RackPlace } from '../../../../core/drive/rack-shape';
import type { Drive } from '../../../../core/drive/drive';
import type { DrivePast } from '../../../../core/ledger/drive-past';
import { useBayShown } from '../../../store/bay-shown';
import { useFar } from '../../../store/progress';
import type { CardKind } from '../../../store/selectors';
import { formatDay } from '../../../format';
import { useText, type Text } from '../../../text';
import { percentOf } from '../erasure-body';
import { BayNumber, isNamed, StatusMark, statusWord, tones } from '../bay-card';

interface RackTileProps {
  readonly label: string;
  readonly driveId: string | null;
  readonly place: RackPlace;
  readonly chosen: boolean;
  /** Tab leads to it. */
  readonly current: boolean;
  /** A filter is set that does not show it: its place stays. */
  readonly hidden: boolean;
  readonly onPress: (label: string, keys: { readonly toggle: boolean; readonly extend: boolean }) => void;
}

interface Seen {
  readonly kind: CardKind;
  readonly drive: Drive | null;
  readonly job: AppJob | null;
  readonly bootTest: AppBootTest | null;
  readonly past: DrivePast | null;
}

/** One line: why it is as it is, or what is to be known of it. */
function reasonOf(
  { kind, drive, job, bootTest, past }: Seen,
  { bench: text, past: pastText }: Pick<Text, 'bench' | 'past'>,
): string {
  switch (kind) {
    case 'fail':
      return job?.state.state === 'failed'
        ? text.shortReason(job.state.reason)
        : text.rehearsal.onCard.failed;
    case 'cancelled':
      return text.cancelledHint;
    case 'interrupted':
      return text.interruptedHint;
    case 'blocked':
      return drive?.reasons[0]?.message ?? '';
    case 'pass':
      return drive === null ? text.gone : bootTest?.status === 'running' ? text.rehearsal.onCard.running : '';
    case 'free':
    case 'away':
    case 'paired': {
      const line = past === null ? null : pastText.short(past, formatDay);
      if (line !== null) return line;
      const [note] = drive?.notes ?? [];
      if (note !== undefined) return text.note[note.code];
      return drive === null ? '' : formatBytes(drive.size);
    }
    case 'empty':
    case 'running':
      return '';
  }
}

/** Per cent and time left; what moves, drawn apart from what does not. */
const Running = memo(function Running({ driveId }: { readonly driveId: string | null }): ReactElement {
  const text = useText().bench;
  const { percent, left } = useFar(driveId);
  const time = left ?? '';
  // In a low tile the time stands alone.
  const [before, after] = left === null ? [] : text.left(time).split(time);
  return (
    <>
      <p className="tile-figure">{percent === null ? '' : text.percent(percent)}</p>
      <p className="tile-line clipped">
        {before}
        {time}
        <span className="tile-more">{after}</span>
      </p>
      <span className="tile-bar" aria-hidden>
        <span style={{ width: `${percent ?? 0}%` }} />
      </span>
    </>
  );
});

/** A bay in the rack view: its number, whose it is, how it stands, and one line of why. */
export const RackTile = memo(function RackTile(props: RackTileProps): ReactElement {
  const { label, driveId, place, chosen, current, hidden, onPress } = props;
  const words = useText();
  const { bench: text, rack } = words;
  const { drive, job, pair, bootTest, past, erasure, kind, pastKind, away } = useBayShown(driveId);
  const word = statusWord(kind, job, pastKind, words, erasure);
  const said = job?.machineSerial ?? pair?.machineSerial ?? '';
  // A bay that is a machine has its name; below it stands its disk.
  const machine = said === label ? '' : said;
  const reason =
    erasure !== null && kind !== 'running'
      ? words.erase.said(erasure)
      : away && kind !== 'away' && kind !== 'pass' && kind !== 'fail'
        ? words.machines.card.away
        : reasonOf({ kind, drive, job, bootTest, past }, words);
  // What a low tile can do without: the word beside it says as much.
  const isMore =
    job === null
      ? kind !== 'blocked' && (drive?.notes.length ?? 0) === 0 && past === null
      : kind === 'cancelled' || kind === 'interrupted';
  const erasedPercent = erasure === null ? null : percentOf(erasure);
  const ended = tones[kind] !== undefined;
  const style = useMemo(() => ({ gridRow: place.row, gridColumn: place.column }), [place.row, place.column]);
  const press = (event: MouseEvent): void => {
    onPress(label, { toggle: event.ctrlKey || event.metaKey, extend: event.shiftKey });
  };
  return (
    <li
      role="option"
      className="tile surface"
      style={style}
      data-label={label}
      data-kind={kind}
      data-named={isNamed(label, words)}
      data-tone={hidden ? undefined : tones[kind]}
      data-past={hidden ? undefined : pastKind}
      data-hidden={hidden}
      aria-selected={chosen}
      aria-label={rack.option(label, word, machine)}
      tabIndex={current ? 0 : -1}
      onClick={press}
    >
      <div className="tile-content">
        <div className="tile-head">
          <BayNumber label={label} />
          <StatusMark kind={kind} past={pastKind} />
        </div>
        {!hidden && (
          <>
            <p
              className={machine === '' ? 'tile-serial soft mono clipped' : 'tile-serial mono clipped'}
              title={machine === '' ? (drive?.serial ?? undefined) : machine}
            >
              {machine === '' ? (drive === null ? '' : (drive.serial ?? text.noSerial)) : machine}
            </p>
            <div className="tile-state">
              <p className={ended ? 'tile-verdict' : 'tile-word'}>{word}</p>
              {kind === 'running' && erasure !== null ? (
                <p className="tile-figure">{erasedPercent === null ? '' : text.percent(erasedPercent)}</p>
              ) : kind === 'running' ? (
                <Running driveId={driveId} />
              ) : (
                <p className={isMore ? 'tile-line tile-more clipped' : 'tile-line clipped'} title={reason}>
                  {reason}
                </p>
              )}
            </div>
          </>
        )}
      </div>
    </li>
  );
});
