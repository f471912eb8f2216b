import { TextInput } from '@mantine/core';
import type { ReactElement } from 'react';

interface SearchFieldProps {
  readonly label: string;
  /** What is searched. */
  readonly hint: string;
  readonly value: string;
  readonly onSearch: (text: string) => void;
}

/** Takes the room that other fields leave. */
export function SearchField({ label, hint, value, onSearch }: SearchFieldProps): ReactElement {
  return (
    <TextInput
      className="search"
      type="search"
      label={label}
      placeholder={hint}
      maxLength={200}
      value={value}
      onChange={(event) => {
        onSearch(event.currentTarget.value);
      }}
    />
  );
}
