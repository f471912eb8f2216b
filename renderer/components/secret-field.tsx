import { PasswordInput } from '@mantine/core';
import type { ReactElement } from 'react';

interface SecretFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** What is wrong with it; null: nothing. */
  readonly error?: string | null;
  readonly disabled?: boolean;
  /** It has the focus when its form opens. */
  readonly first?: boolean;
}

/** A password or passphrase, as it is typed or scanned. */
export function SecretField({
  label,
  value,
  onChange,
  error = null,
  disabled = false,
  first = false,
}: SecretFieldProps): ReactElement {
  return (
    <PasswordInput
      size="lg"
      label={label}
      value={value}
      maxLength={500}
      autoComplete="off"
      error={error}
      disabled={disabled}
      {...(first ? { 'data-autofocus': true } : {})}
      onChange={(event) => {
        onChange(event.currentTarget.value);
      }}
    />
  );
}

interface SecretAgainProps extends Pick<SecretFieldProps, 'label' | 'value' | 'onChange'> {
  /** What was typed first. */
  readonly secret: string;
  /** Said as soon as the two cannot become the same any more. */
  readonly differs: string;
}

/** The same once more, where one is chosen. */
export function SecretAgain({ secret, differs, ...field }: SecretAgainProps): ReactElement {
  const { value } = field;
  return <SecretField {...field} error={value !== '' && !secret.startsWith(value) ? differs : null} />;
}
