import { Button, TextInput } from '@mantine/core';
import { useState, type ReactElement } from 'react';
import { act } from '../../actions';
import { useText, type Text } from '../../text';
import { readTypedHash, type TypedHash } from './hash';

function problemWords({ digits, problem }: TypedHash, text: Text['media']['hash']): string | null {
  if (problem === null) return null;
  return problem === 'short' || problem === 'long'
    ? text.problem[problem](digits.length)
    : text.problem[problem];
}

/** The hash that the sender told, typed. A scan needs no field. */
export function HashForm(): ReactElement {
  const text = useText().media.hash;
  const [typed, setTyped] = useState('');
  const [tried, setTried] = useState(false);
  const read = readTypedHash(typed);
  // Too few digits are no error while they are being typed.
  const wrong = tried || read.problem === 'letters' || read.problem === 'long';
  const submit = async (): Promise<void> => {
    setTried(true);
    if (read.problem !== null) return;
    if ((await act('expectHash', { sha256: read.digits })) === null) return;
    setTyped('');
    setTried(false);
  };
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <TextInput
        label={text.label}
        description={text.hint}
        value={typed}
        error={wrong ? problemWords(read, text) : null}
        maxLength={200}
        autoComplete="off"
        spellCheck={false}
        classNames={{ input: 'mono' }}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
        }}
      />
      <div className="row">
        <Button type="submit" variant="filled">
          {text.compare}
        </Button>
        <span className="soft">{text.sofar(read.digits.length)}</span>
      </div>
    </form>
  );
}
