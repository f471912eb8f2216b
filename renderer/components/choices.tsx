import { useEffect, useRef, useState, type ReactElement, type ReactNode } from 'react';
import { echoMilliseconds } from './draft';
import './choices.css';

interface Choice {
  readonly value: string;
  readonly label: string;
  readonly description?: ReactNode;
  /** It cannot be chosen; the description says why. */
  readonly disabled?: boolean;
}

interface ChoicesProps {
  readonly legend: string;
  /** Of the radio buttons; unique on the page. */
  readonly name: string;
  readonly hint?: string;
  readonly choices: readonly Choice[];
  /** As the station has it. */
  readonly value: string;
  /** @returns whether the station took it */
  readonly onChoose: (value: string) => Promise<boolean>;
  /** Beside each other. */
  readonly inline?: boolean;
}

/** One of some. What was chosen is shown at once, and taken back when the station refuses it. */
export function Choices(props: ChoicesProps): ReactElement {
  const { value, onChoose, hint, name } = props;
  const [sent, setSent] = useState<string | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(
    () => () => {
      clearTimeout(timer.current);
    },
    [],
  );
  const shown = sent ?? value;
  const choose = async (chosen: string): Promise<void> => {
    setSent(chosen);
    const taken = await onChoose(chosen);
    clearTimeout(timer.current);
    timer.current = setTimeout(
      () => {
        setSent(null);
      },
      taken ? echoMilliseconds : 0,
    );
  };
  return (
    <fieldset className="choices" data-inline={props.inline === true}>
      <legend>{props.legend}</legend>
      {hint !== undefined && <p className="soft choices-hint">{hint}</p>}
      <div className="choices-list">
        {props.choices.map((choice) => (
          <label
            key={choice.value}
            className="choice"
            data-chosen={choice.value === shown}
            data-disabled={choice.disabled === true}
          >
            <input
              type="radio"
              name={name}
              checked={choice.value === shown}
              disabled={choice.disabled === true}
              onChange={() => {
                void choose(choice.value);
              }}
            />
            <span className="choice-words">
              <span className="choice-label">{choice.label}</span>
              {choice.description !== undefined && (
                <span className="choice-description">{choice.description}</span>
              )}
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

interface CheckChoiceProps {
  readonly label: string;
  readonly hint: string;
  readonly checked: boolean;
  readonly onCheck: (checked: boolean) => void;
}

/** Yes or no, with what it means. */
export function CheckChoice({ label, hint, checked, onCheck }: CheckChoiceProps): ReactElement {
  return (
    <label className="choice">
      <input
        type="checkbox"
        checked={checked}
        onChange={(event) => {
          onCheck(event.currentTarget.checked);
        }}
      />
      <span className="choice-words">
        <span className="choice-label">{label}</span>
        <span className="choice-description">{hint}</span>
      </span>
    </label>
  );
}
