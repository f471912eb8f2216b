import { Button, TextInput } from '@mantine/core';
import { useState, type ReactElement } from 'react';
import { act } from '../../actions';
import { useText } from '../../text';
import { readTypedHash } from './hash';

/** The hash that the sender told, typed. A scan needs no field. */
export function HashForm(): ReactElement {
  const text = useText().batch.hash;
  const [typed, setTyped] = useState('');
  const [tried, setTried] = useState(false);
  const { digits, problem } = readTypedHash(typed);
  const words = { empty: text.problem.empty, letters: text.problem.letters };
  const error =
    problem === null || !tried
      ? null
      : problem === 'short' || problem === 'long'
        ? text.problem[problem](digits.length)
        : words[problem];
  return (
    <form
      className="batch-hash-form"
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (problem === null) void act('expectHash', { sha256: digits });
      }}
    >
      <TextInput
        className="batch-hash-input"
        label={text.label}
        description={digits === '' ? text.hint : text.sofar(digits.length)}
        value={typed}
        error={error}
        autoComplete="off"
        spellCheck={false}
        classNames={{ input: 'mono' }}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
        }}
      />
      <Button type="submit">{text.compare}</Button>
    </form>
  );
}
