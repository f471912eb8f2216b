import { Button } from '@mantine/core';
import { useState, type ReactElement } from 'react';
import type { AppResponse } from '../../../core/contract/app';
import type { ErrorData } from '../../../core/base/errors';
import { errorOf } from '../../actions';
import { call } from '../../bridge';
import { Busy } from '../../components/busy';
import { ErrorCard } from '../../components/error-card';
import { SecretAgain, SecretField } from '../../components/secret-field';
import { useScans } from '../../scanner/scan-taker';
import { useText } from '../../text';

export type Saved = NonNullable<AppResponse<'saveBackup'>['saved']>;

interface BackupFormProps {
  readonly onLeave: () => void;
  readonly onSaved: (saved: Saved) => void;
}

/** Asks for the password of a new backup, typed twice or scanned. */
export function BackupForm({ onLeave, onSaved }: BackupFormProps): ReactElement {
  const text = useText().backup;
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const [error, setError] = useState<ErrorData | null>(null);
  const [busy, setBusy] = useState(false);
  const ready = password !== '' && again === password;
  const save = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      const { saved } = await call('saveBackup', { password });
      if (saved !== null) onSaved(saved);
    } catch (thrown) {
      setError(errorOf(thrown));
    }
    setBusy(false);
  };
  useScans(!busy, (scanned) => {
    setPassword(scanned);
    setAgain(scanned);
    return true;
  });
  if (busy) return <Busy>{text.saving}</Busy>;
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) void save();
      }}
    >
      {error !== null && <ErrorCard error={error} />}
      <p>{text.saveIntro}</p>
      <SecretField label={text.password} value={password} onChange={setPassword} first />
      <SecretAgain
        label={text.again}
        value={again}
        onChange={setAgain}
        secret={password}
        differs={text.differs}
      />
      <div className="row">
        <Button type="submit" size="lg" variant="filled" disabled={!ready}>
          {text.where}
        </Button>
        <Button size="lg" onClick={onLeave}>
          {text.leave}
        </Button>
      </div>
    </form>
  );
}
