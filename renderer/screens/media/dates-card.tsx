import { Button, PasswordInput } from '@mantine/core';
import { useState, type ReactElement } from 'react';
import { act, send } from '../../actions';
import { DetailList } from '../../components/details';
import { Panel } from '../../components/panel';
import { useApp } from '../../store/app-store';
import { useText } from '../../text';
import { DatesNotice, useMediaDates } from './dates-notice';

/** Opens the dates that are in the media. What was typed is gone as soon as it was sent. */
function PasswordForm(): ReactElement {
  const text = useText().media.dates;
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const submit = async (): Promise<void> => {
    setPassword('');
    setBusy(true);
    await act('readDates', { password });
    setBusy(false);
  };
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (password !== '') void submit();
      }}
    >
      <PasswordInput
        label={text.password}
        description={text.passwordHint}
        value={password}
        maxLength={1000}
        autoComplete="off"
        visibilityToggleButtonProps={{ 'aria-label': text.showPassword }}
        onChange={(event) => {
          setPassword(event.currentTarget.value);
        }}
      />
      <div className="row">
        <Button type="submit" disabled={busy}>
          {text.read}
        </Button>
        <Button
          onClick={() => {
            send('chooseRecipe', {});
          }}
        >
          {text.recipe}
        </Button>
      </div>
    </form>
  );
}

/** Until when the media is of use, and where its machines sign in; asks for what tells it. */
export function DatesCard(): ReactElement | null {
  const text = useText().media.dates;
  const hashed = useApp(({ media }) => media.status === 'proved' || media.status === 'waiting-for-hash');
  const dates = useMediaDates();
  if (!hashed) return null;
  return (
    <Panel title={text.title}>
      <DatesNotice />
      {dates !== null && <DetailList details={text.lines(dates)} />}
      <PasswordForm />
    </Panel>
  );
}
