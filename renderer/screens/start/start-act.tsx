import { TextInput } from '@mantine/core';
import { useId, useState, type ReactElement, type ReactNode } from 'react';
import { HoldButton } from '../../components/hold-button';
import { useText } from '../../text';

interface StartActProps {
  readonly count: number;
  readonly disabled: boolean;
  readonly onAct: () => void;
  /** The way out, beside it. */
  readonly children: ReactNode;
}

/**
 * What nobody does by accident: holding a button for two seconds, or typing a word and Enter. The third way, scanning
 * START again, is the station's to hear.
 */
export function StartAct({ count, disabled, onAct, children }: StartActProps): ReactElement {
  const text = useText().bench.start;
  const [typed, setTyped] = useState('');
  const ways = useId();
  const isWord = typed.trim().toLowerCase() === text.word;
  return (
    <div className="start-act">
      <p id={ways} className="soft">
        {text.ways}
      </p>
      <div className="start-act-row">
        {children}
        <form
          className="start-act-typed"
          onSubmit={(event) => {
            event.preventDefault();
            if (isWord && !disabled) onAct();
          }}
        >
          <TextInput
            label={text.typeLabel(text.word)}
            value={typed}
            disabled={disabled}
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            onChange={(event) => {
              setTyped(event.currentTarget.value);
            }}
          />
          {isWord && (
            <button type="submit" className="start-act-typed-go" disabled={disabled}>
              {text.typedButton}
            </button>
          )}
        </form>
        <HoldButton
          label={text.hold(count)}
          holdingLabel={text.holding}
          describedBy={ways}
          disabled={disabled}
          onHeld={onAct}
        />
      </div>
    </div>
  );
}
