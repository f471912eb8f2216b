import { useCallback, useEffect, useMemo, useRef, type KeyboardEvent, type ReactElement } from 'react';
import { rackGrid, stepFrom, type Step } from '../../../../core/drive/rack-shape';
import { useApp, useAppShallow } from '../../../store/app-store';
import { changeChoice, useRack } from '../../../store/rack-store';
import { useText } from '../../../text';
import { isNamed } from '../bay-card';
import { useBeyondWindow } from '../beyond-window';
import { RackPane } from './rack-pane';
import {
  chooseAll,
  chooseOnly,
  extendTo,
  goTo,
  isShown,
  kindsOf,
  nothingChosen,
  toggleChosen,
  withoutUnseen,
} from './rack-rules';
import { RackTile } from './rack-tile';
import './rack.css';

const steps: Readonly<Record<string, Step>> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowLeft: 'left',
  ArrowRight: 'right',
};

/**
 * The rack as it stands: every bay in its place, several at once, and beside it what is known of the chosen ones. What
 * a filter does not show keeps its place, empty: nothing moves under somebody's eyes.
 */
export function RackView(): ReactElement {
  const words = useText();
  const text = words.rack;
  const bays = useApp(({ drives }) => drives.bays);
  const shape = useApp(({ settings }) => settings.desk.rack);
  const kinds = useAppShallow(kindsOf);
  const filter = useRack((rack) => rack.filter);
  const choice = useRack((rack) => rack.choice);
  const list = useRef<HTMLUListElement>(null);
  useBeyondWindow(list, bays);
  const named = useMemo(() => bays.some(({ label }) => isNamed(label, words)), [bays, words]);
  const grid = useMemo(() => rackGrid(shape, bays.length, named), [shape, bays.length, named]);
  const labels = useMemo(() => bays.map(({ label }) => label), [bays]);
  const shown = useMemo(
    () => new Set(labels.filter((_, index) => isShown(kinds[index] ?? 'empty', filter))),
    [labels, kinds, filter],
  );
  useEffect(() => {
    changeChoice((before) => withoutUnseen(before, shown));
  }, [shown]);
  const current = choice.current !== null && labels.includes(choice.current) ? choice.current : labels[0];

  // What is shown is read when somebody presses: a bay that changes how it stands must not draw the tiles of all others.
  const latest = useRef(shown);
  useEffect(() => {
    latest.current = shown;
  }, [shown]);
  const onPress = useCallback(
    (label: string, { toggle, extend }: { readonly toggle: boolean; readonly extend: boolean }): void => {
      if (!latest.current.has(label)) return;
      changeChoice((before) => {
        if (extend) return extendTo(before, label, labels, grid, latest.current);
        return toggle ? toggleChosen(before, label) : chooseOnly(label);
      });
    },
    [grid, labels],
  );
  const onKeyDown = (event: KeyboardEvent<HTMLUListElement>): void => {
    const { key, shiftKey, ctrlKey, altKey, metaKey } = event;
    if (altKey || metaKey || current === undefined) return;
    const step = steps[key];
    if (step !== undefined) {
      event.preventDefault();
      const next = labels[stepFrom(grid, labels.indexOf(current), step)] ?? current;
      focusOn(list.current, next);
      changeChoice((before) => {
        const begun = { ...before, anchor: before.anchor ?? current };
        if (shiftKey) return extendTo(begun, next, labels, grid, shown);
        return ctrlKey || !shown.has(next) ? goTo(before, next) : chooseOnly(next);
      });
    } else if (key === ' ' && !ctrlKey) {
      event.preventDefault();
      onPress(current, { toggle: true, extend: shiftKey });
    } else if (key.toLowerCase() === 'a' && ctrlKey && !shiftKey) {
      event.preventDefault();
      changeChoice((before) => chooseAll(before, shown));
    } else if (key === 'Escape') {
      changeChoice((before) => ({ ...nothingChosen, current: before.current }));
    } else if (key === 'Enter') {
      document.getElementById('rack-pane')?.focus();
    }
  };
  return (
    <div className="rack-view">
      <ul
        ref={list}
        role="listbox"
        aria-multiselectable
        aria-label={text.region}
        className="rack-tiles"
        style={{
          gridTemplateColumns: `repeat(${grid.columns}, minmax(0, 1fr))`,
          gridTemplateRows: `repeat(${grid.rows}, minmax(var(--tile-height), 1fr))`,
        }}
        onKeyDown={onKeyDown}
      >
        {bays.map(({ label, driveId }, index) => (
          <RackTile
            key={label}
            label={label}
            driveId={driveId}
            place={grid.places[index] ?? { row: 1, column: 1 }}
            chosen={choice.chosen.has(label)}
            current={label === current}
            hidden={!shown.has(label)}
            onPress={onPress}
          />
        ))}
      </ul>
      <RackPane />
    </div>
  );
}

function focusOn(list: HTMLUListElement | null, label: string): void {
  const tiles = list === null ? [] : [...list.querySelectorAll<HTMLElement>('[role="option"]')];
  tiles.find((tile) => tile.dataset['label'] === label)?.focus();
}
