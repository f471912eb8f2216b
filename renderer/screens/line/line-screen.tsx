import { IconDoorExit } from '@tabler/icons-react';
import { useEffect, useMemo, type ReactElement } from 'react';
import { rackGrid } from '../../../core/drive/rack-shape';
import { staysIn } from '../../../core/flow/take-out';
import type { MediaState } from '../../../core/media/media-state';
import { isDialogOpen } from '../../dialog';
import { fileName, percentOf } from '../../format';
import { useApp } from '../../store/app-store';
import { flowFactsOf, useFlow } from '../../store/flow';
import { wantedName } from '../../store/selectors';
import { useText } from '../../text';
import { isNamed } from '../bench/bay-card';
import { refusedAgain } from '../bench/write-again';
import { leaveLine, onEscape, showFullScreen } from './line-acts';
import { LineSaid } from './line-said';
import { LineTile } from './line-tile';
import './line.css';

/** Line mode takes the whole screen while it is shown, and Escape leaves. */
function useLineMode(): void {
  useEffect(() => {
    showFullScreen(true);
    const onKey = ({ key, target, defaultPrevented }: KeyboardEvent): void => {
      // A form over it takes its own Escape, and may be gone by now: where the key was pressed still tells.
      const inForm = target instanceof Element && target.closest('[role="dialog"]') !== null;
      if (key === 'Escape' && !defaultPrevented && !inForm && !isDialogOpen()) onEscape();
    };
    document.addEventListener('keydown', onKey);
    return () => {
      document.removeEventListener('keydown', onKey);
      showFullScreen(false);
    };
  }, []);
}

/** Name of the file that is chosen; null: none. */
function chosenMedia(state: MediaState): string | null {
  if (state.status === 'none' || state.status === 'inspecting') return null;
  return state.media === null ? null : fileName(state.media.path);
}

/** Who works, for which order, with which media; and the way out. */
function Head(): ReactElement {
  const { line: text, common } = useText();
  const operator = useApp(({ batch }) => batch.operator);
  const order = useApp(({ batch }) => batch.workOrder);
  const media = useApp((state) => chosenMedia(state.media));
  const training = useApp(({ station }) => station.benchDirectory !== null);
  return (
    <header className="line-head">
      <h1 className="unseen">{text.title}</h1>
      <p>{text.operator(operator)}</p>
      <p>{text.order(order)}</p>
      <p className="line-media">{media ?? text.noMedia}</p>
      {training && <p className="soft">{common.training}</p>}
      <button type="button" className="line-leave" onClick={leaveLine}>
        <IconDoorExit size={28} aria-hidden />
        {text.leave} <kbd>{text.leaveKey}</kbd>
      </button>
    </header>
  );
}

/** The words of what is next. */
function useNextWords(): { readonly next: string; readonly hint: string } {
  const { flow, line } = useText();
  const next = useFlow((one) => one.next);
  const pairing = useApp((state) => state.pairing);
  const wanted = useApp(({ media }) => wantedName(media));
  const hashed = useApp(({ media }) =>
    media.status === 'hashing' ? percentOf(media.progress.done, media.progress.total) : null,
  );
  const counts = useApp((state) => JSON.stringify(flowFactsOf(state).jobs));
  const ordered = useApp(({ order }) => order !== null);
  const asked = useApp((state) => refusedAgain(state.pairing) !== null);
  return useMemo(() => {
    const jobs = JSON.parse(counts) as ReturnType<typeof flowFactsOf>['jobs'];
    if (asked) return line.reasonWords;
    const own = line.lineWords(next, { pairing, jobs, wanted, ordered, hashed });
    if (own !== null) return own;
    const { next: words, hint = '' } = flow.nextWords(next, pairing, { onShip: false, wanted, ordered });
    return { next: words, hint };
  }, [next, pairing, wanted, ordered, hashed, asked, counts, flow, line]);
}

/** The next action in words for a hall; while drives are written the huge per cent; at the end the counts. */
function Now({ words }: { readonly words: { readonly next: string; readonly hint: string } }): ReactElement {
  const { line: text, progress } = useText();
  const total = useApp((state) => state.progress.total);
  const next = useFlow((one) => one.next);
  const ended = useApp((state) => text.ended(flowFactsOf(state).jobs));
  const finished = useApp(
    ({ pairing }) => pairing.pairs.filter(({ holdsMachine }) => holdsMachine !== undefined).length,
  );
  const atEnd = useApp(({ startPlan }) => startPlan.atEnd?.does ?? null);
  const runs = total !== null && !total.over;
  const isEnd = next === 'take-out' || next === 'failed' || next === 'clear-failed';
  return (
    <section className="line-now" data-runs={runs} aria-live="polite">
      {runs && (
        <p className="line-percent">
          {progress.percent(total.percent)}
          <span className="line-left">
            {total.secondsLeft === null ? '' : progress.left(total.secondsLeft)}
          </span>
        </p>
      )}
      <div className="line-words">
        <p className="line-counts">{isEnd ? ended : ''}</p>
        <p className="line-next" title={words.next}>
          {words.next}
        </p>
        <p className="line-hint">
          {next === 'confirm-start' ? text.confirmHint(finished, atEnd, words.hint) : words.hint}
        </p>
      </div>
    </section>
  );
}

/** Rows of bays that a low window has room for with what there is to say of each. */
const mostRows = 10;

/** The bench by scanner alone: one sentence, the last scan, the bays. */
export function LineScreen(): ReactElement {
  const text = useText().line;
  useLineMode();
  const words = useNextWords();
  const bays = useApp(({ drives }) => drives.bays);
  const shape = useApp(({ settings }) => settings.desk.rack);
  const armed = useApp(({ pairing }) => pairing.armed);
  const takeOut = useFlow((one) => one.next === 'take-out');
  // A drive in a machine of a rack is not taken out.
  const first = useApp(
    ({
      pairing: {
        takeOut: [drive],
      },
    }) => (drive === undefined || staysIn(drive) ? null : drive.driveId),
  );
  const all = useText();
  const named = useMemo(() => bays.some(({ label }) => isNamed(label, all)), [bays, all]);
  const grid = useMemo(() => rackGrid(shape, bays.length, named), [shape, bays.length, named]);
  return (
    <>
      <div className="line no-print">
        <Head />
        <Now words={words} />
        <LineSaid next={words.next} />
        <ul
          className="line-tiles"
          data-many={grid.rows > mostRows}
          aria-label={text.bays}
          style={{
            gridTemplateColumns: `repeat(${grid.columns}, minmax(0, 1fr))`,
            gridTemplateRows: `repeat(${grid.rows}, minmax(0, 1fr))`,
          }}
        >
          {bays.map(({ label, driveId }, index) => (
            <LineTile
              key={label}
              label={label}
              driveId={driveId}
              place={grid.places[index] ?? { row: 1, column: 1 }}
              next={takeOut && driveId !== null && driveId === first}
              armed={armed}
            />
          ))}
        </ul>
      </div>
    </>
  );
}
