import { ActionIcon, NativeSelect } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconTrash } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { foldLabel, portOf, type Bay } from '../../../core/drive/bays';
import { useApp } from '../../store/app-store';
import { useText } from '../../text';
import { fileName } from '../../format';
import { DraftInput } from '../batch/draft-input';
import { changeBays } from './bays-change';
import { bound, labelProblem, moved } from './settings-rules';

interface BayRowProps {
  readonly bay: Bay;
  readonly bays: readonly Bay[];
  readonly index: number;
  /** It was just added: its label is to be written. */
  readonly focused: boolean;
}

/** The ports to choose from: of the drives that are attached, and the one that the bay has. */
function PortSelect({ bay, bays, index }: Omit<BayRowProps, 'focused'>): ReactElement {
  const text = useText().settings.bays;
  const drives = useApp((state) => state.drives.drives);
  const options = drives.map((drive) => {
    const port = portOf(drive);
    const words = text.portOption(text.driveName(drive.model, drive.serial), fileName(port));
    const other = bays.find((one, place) => place !== index && one.port === port);
    return { value: port, label: other === undefined ? words : text.portOf(words, other.label) };
  });
  const gone = bay.port !== null && !options.some(({ value }) => value === bay.port);
  return (
    <NativeSelect
      aria-label={text.port(bay.label)}
      value={bay.port ?? ''}
      data={[
        { value: '', label: text.unbound },
        ...(gone ? [{ value: bay.port ?? '', label: text.portGone(fileName(bay.port ?? '')) }] : []),
        ...options,
      ]}
      onChange={(event) => {
        const port = event.currentTarget.value === '' ? null : event.currentTarget.value;
        void changeBays((list) => bound(list, index, port));
      }}
    />
  );
}

/** The button of the row that is `by` places further, so that the focus follows the bay. */
function focusRow(button: HTMLElement, by: number, action: string): void {
  const rows = [...(button.closest('ol')?.children ?? [])];
  const row = button.closest('li');
  const next = rows[(row === null ? -1 : rows.indexOf(row)) + by] ?? null;
  const target = next?.querySelector<HTMLElement>(`[data-action="${action}"]`);
  (target ?? document.getElementById('settings-add-bay'))?.focus();
}

/** One bay: its label, its port, its place in the list. */
export function BayRow({ bay, bays, index, focused }: BayRowProps): ReactElement {
  const text = useText().settings.bays;
  const first = index === 0;
  const last = index === bays.length - 1;
  const move = (button: HTMLElement, by: -1 | 1): void => {
    if (by === -1 ? first : last) return;
    focusRow(button, by, by === -1 ? 'up' : 'down');
    void changeBays((list) => moved(list, index, by));
  };
  return (
    <li className="settings-bay">
      <span className="soft settings-bay-number" aria-hidden>
        {index + 1}
      </span>
      <DraftInput
        hiddenLabel
        label={text.label(index + 1)}
        value={bay.label}
        maxLength={24}
        autoFocus={focused}
        check={(label) => {
          const problem = labelProblem(label.trim(), bays, index);
          return problem === null ? null : text.problem[problem];
        }}
        onCommit={(label) =>
          changeBays((list) =>
            list.map((one, place) => (place === index ? { ...one, label: label.trim() } : one)),
          )
        }
      />
      <PortSelect bay={bay} bays={bays} index={index} />
      <div className="settings-bay-buttons">
        <ActionIcon
          variant="default"
          data-action="up"
          aria-disabled={first}
          aria-label={text.up(bay.label)}
          onClick={(event) => {
            move(event.currentTarget, -1);
          }}
        >
          <IconArrowUp size={20} aria-hidden />
        </ActionIcon>
        <ActionIcon
          variant="default"
          data-action="down"
          aria-disabled={last}
          aria-label={text.down(bay.label)}
          onClick={(event) => {
            move(event.currentTarget, 1);
          }}
        >
          <IconArrowDown size={20} aria-hidden />
        </ActionIcon>
        <ActionIcon
          variant="default"
          color="red"
          data-action="remove"
          aria-label={text.remove(bay.label)}
          onClick={(event) => {
            // The second click of a double click would remove the next bay, which moved up to this place.
            if (event.detail > 1) return;
            if (last) focusRow(event.currentTarget, -1, 'remove');
            const gone = foldLabel(bay.label);
            void changeBays((list) => list.filter(({ label }) => foldLabel(label) !== gone));
          }}
        >
          <IconTrash size={20} aria-hidden />
        </ActionIcon>
      </div>
    </li>
  );
}
