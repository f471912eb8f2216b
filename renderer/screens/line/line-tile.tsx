import { memo, type ReactElement } from 'react';
import type { RackPlace } from '../../../core/drive/rack-shape';
import { useBayShown } from '../../store/bay-shown';
import { useDriveProgress } from '../../store/progress';
import { useText } from '../../text';
import { BayNumber, StatusMark, statusWord, tones } from '../bench/bay-card';

interface LineTileProps {
  readonly label: string;
  readonly driveId: string | null;
  readonly place: RackPlace;
  /** Its drive is the one that is taken out now. */
  readonly next: boolean;
  /** The list of what will be erased is shown. */
  readonly armed: boolean;
}

const Percent = memo(function Percent({ driveId }: { readonly driveId: string }): ReactElement {
  const text = useText().bench;
  const progress = useDriveProgress(driveId);
  return <span className="line-tile-percent">{progress === null ? '' : text.percent(progress.percent)}</span>;
});

/** Characters of a word that is as large as it can be. */
const longest = 14;

/** A bay, to be read from a metre: its number, whose it is, and how it stands by colour, shape and word. */
export const LineTile = memo(function LineTile(props: LineTileProps): ReactElement {
  const { label, driveId, place, next, armed } = props;
  const words = useText();
  const text = words.line;
  const { job, pair, erasure, kind, pastKind } = useBayShown(driveId);
  const machine = job?.machineSerial ?? pair?.machineSerial ?? '';
  const holds = armed ? (pair?.holdsMachine ?? null) : null;
  const word = next
    ? text.takeOutNow
    : holds === null
      ? statusWord(kind, job, pastKind, words, erasure)
      : text.holds(holds);
  const tone = holds === null ? (kind === 'paired' || kind === 'running' ? 'info' : tones[kind]) : 'warn';
  return (
    <li
      className="line-tile"
      style={{ gridRow: place.row, gridColumn: place.column }}
      data-kind={kind}
      data-tone={tone}
      data-past={pastKind}
      data-next={next}
      data-idle={armed && pair === null}
      aria-label={text.tile(label, word, machine)}
    >
      <div className="line-tile-head">
        <BayNumber label={label} />
        <StatusMark kind={kind} past={pastKind} />
      </div>
      <p className="line-tile-serial mono clipped">{machine === label ? '' : machine}</p>
      <p className="line-tile-word clipped" data-long={word.length > longest} title={word}>
        {word} {kind === 'running' && erasure === null && driveId !== null && <Percent driveId={driveId} />}
      </p>
    </li>
  );
});
