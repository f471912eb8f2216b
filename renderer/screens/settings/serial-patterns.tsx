import { ActionIcon, Button, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useRef, useState, type ReactElement } from 'react';
import type { SerialPattern } from '../../../core/scan/scan-settings';
import { useText } from '../../text';
import { DraftInput } from '../../components/draft-input';
import { changeAppSettings, useAppSettings } from './app-settings';
import { patternProblem } from './settings-rules';

const longestMaker = 60;
const longestPattern = 200;
const maxPatterns = 50;

function changePatterns(change: (patterns: readonly SerialPattern[]) => SerialPattern[]): Promise<boolean> {
  return changeAppSettings(({ serialPatterns }) => ({ serialPatterns: change(serialPatterns) }));
}

function PatternRow({
  pattern,
  index,
}: {
  readonly pattern: SerialPattern;
  readonly index: number;
}): ReactElement {
  const text = useText().settings.codes;
  const set = (change: Partial<SerialPattern>): Promise<boolean> =>
    changePatterns((list) => list.map((one, place) => (place === index ? { ...one, ...change } : one)));
  return (
    <li className="settings-serial">
      <DraftInput
        hiddenLabel
        label={text.makerOf(index + 1)}
        value={pattern.maker}
        maxLength={longestMaker}
        check={(maker) => (maker.trim() === '' ? text.problem['maker-empty'] : null)}
        onCommit={(maker) => set({ maker: maker.trim() })}
      />
      <DraftInput
        hiddenLabel
        mono
        label={text.patternOf(pattern.maker)}
        value={pattern.pattern}
        maxLength={longestPattern}
        check={(expression) => {
          const problem = patternProblem(expression);
          return problem === null ? null : text.problem[problem];
        }}
        onCommit={(expression) => set({ pattern: expression })}
      />
      <ActionIcon
        variant="default"
        color="red"
        aria-label={text.remove(pattern.maker)}
        onClick={(event) => {
          if (event.detail > 1) return;
          document.getElementById('settings-new-maker')?.focus();
          void changePatterns((list) => list.filter((_, place) => place !== index));
        }}
      >
        <IconTrash size={20} aria-hidden />
      </ActionIcon>
    </li>
  );
}

function AddPattern({ full }: { readonly full: boolean }): ReactElement {
  const text = useText().settings.codes;
  const [maker, setMaker] = useState('');
  const [pattern, setPattern] = useState('');
  const [tried, setTried] = useState(false);
  const makerField = useRef<HTMLInputElement>(null);
  const wrong = patternProblem(pattern);
  const makerMissing = maker.trim() === '';
  const submit = async (): Promise<void> => {
    setTried(true);
    if (wrong !== null || makerMissing || full) return;
    const taken = await changePatterns((list) => [...list, { maker: maker.trim(), pattern }]);
    if (!taken) return;
    setMaker('');
    setPattern('');
    setTried(false);
    makerField.current?.focus();
  };
  return (
    <form
      className="settings-serial"
      aria-label={text.addTitle}
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <TextInput
        ref={makerField}
        id="settings-new-maker"
        label={text.maker}
        placeholder={text.makerExample}
        value={maker}
        maxLength={longestMaker}
        autoComplete="off"
        error={tried && makerMissing ? text.problem['maker-empty'] : null}
        onChange={(event) => {
          setMaker(event.currentTarget.value);
        }}
      />
      <TextInput
        label={text.pattern}
        placeholder={text.patternExample}
        value={pattern}
        maxLength={longestPattern}
        autoComplete="off"
        spellCheck={false}
        classNames={{ input: 'mono' }}
        error={tried && wrong !== null ? text.problem[wrong] : null}
        onChange={(event) => {
          setPattern(event.currentTarget.value);
        }}
      />
      <Button
        type="submit"
        className="settings-serial-add"
        disabled={full}
        leftSection={<IconPlus size={20} aria-hidden />}
      >
        {text.add}
      </Button>
    </form>
  );
}

/** What serials of each maker look like. */
export function SerialPatterns(): ReactElement {
  const text = useText().settings.codes;
  const { serialPatterns } = useAppSettings();
  const full = serialPatterns.length >= maxPatterns;
  return (
    <div className="stack">
      <h3>{text.serials}</h3>
      <p className="soft">{text.serialsHint}</p>
      {serialPatterns.length === 0 ? (
        <p>{text.noSerials}</p>
      ) : (
        <ul className="stack settings-list">
          {serialPatterns.map((pattern, index) => (
            // By place: names need not differ.
            <PatternRow key={index} pattern={pattern} index={index} />
          ))}
        </ul>
      )}
      <AddPattern full={full} />
      {full && <p className="soft">{text.problem['too-many']}</p>}
    </div>
  );
}
