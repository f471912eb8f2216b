import { Button, TextInput } from '@mantine/core';
import { useId, useState, type ReactElement, type ReactNode } from 'react';
import { HoldButton } from '../../components/hold-button';
import { useText } from '../../text';

interface StartActProps {
  readonly count: number;
  readonly disabled: boolean;
  readonly onAct: () => void;
  /** The ways in which it is done; missing: those of the start, to which a scan belongs. */
  readonly ways?: string;
  /** Why it cannot be done now: where nobody has to scroll for it. */
  readonly problem: string | null;
  /** The way out, beside it. */
  readonly children: ReactNode;
}

/**
 * What nobody does by accident: holding a button for two seconds, or typing a word and Enter. The third way, scanning
 * START again, is the station's to hear.
 */
export function StartAct({ count, disabled, onAct, ways, problem, children }: StartActProps): ReactElement {
  const text = useText().bench.start;
  const [typed, setTyped] = useState('');
  const waysId = useId();
  const isWord = typed.trim().toLowerCase() === text.word;
  return (
    <div className="stack start-act">
      {problem !== null && (
        <p className="toned" data-tone="bad">
          {problem}
        </p>
      )}
      <p id={waysId} className="soft">
        {ways ?? text.ways}
      </p>
      <div className="row row-fields spread">
        {children}
        <form
          className="row row-fields"
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
            <Button type="submit" variant="filled" color="red" disabled={disabled}>
              {text.typedButton}
            </Button>
          )}
        </form>
        <HoldButton
          label={text.hold(count)}
          holdingLabel={text.holding}
          describedBy={waysId}
          disabled={disabled}
          onHeld={onAct}
        />
      </div>
    </div>
  );
}
