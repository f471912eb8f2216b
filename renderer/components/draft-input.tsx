import { TextInput, type TextInputProps } from '@mantine/core';
import type { ReactElement } from 'react';
import { useDraft } from './draft';

interface DraftInputProps {
  readonly label: string;
  readonly description?: string | undefined;
  /** As the station has it. */
  readonly value: string;
  readonly maxLength: number;
  /** @returns whether the station took it */
  readonly onCommit: (text: string) => Promise<boolean>;
  readonly check?: (text: string) => string | null;
  readonly mono?: boolean;
  /** The label is said, not shown. */
  readonly hiddenLabel?: boolean;
  readonly autoFocus?: boolean;
  readonly inputMode?: TextInputProps['inputMode'];
  readonly suffix?: string;
}

/** A text field that is taken over when it is left, or with Enter. */
export function DraftInput(props: DraftInputProps): ReactElement {
  const { value, onCommit, check } = props;
  const field = useDraft({ value, commit: onCommit, check });
  const name = props.hiddenLabel === true ? { 'aria-label': props.label } : { label: props.label };
  return (
    <TextInput
      {...name}
      description={props.description}
      value={field.text}
      error={field.error}
      maxLength={props.maxLength}
      autoComplete="off"
      spellCheck={false}
      autoFocus={props.autoFocus === true}
      inputMode={props.inputMode}
      rightSection={props.suffix}
      classNames={props.mono === true ? { input: 'mono' } : {}}
      onChange={(event) => {
        field.onChange(event.currentTarget.value);
      }}
      onBlur={field.onBlur}
      onKeyDown={field.onKeyDown}
    />
  );
}
