import { Button } from '@mantine/core';
import { useState, type ReactElement } from 'react';
import type { ErrorData } from '../../../core/base/errors';
import { errorOf } from '../../actions';
import { call } from '../../bridge';
import { Busy } from '../../components/busy';
import { ErrorCard } from '../../components/error-card';
import { Notice } from '../../components/notice';
import { SecretField } from '../../components/secret-field';
import { fileName } from '../../format';
import { useScans } from '../../scanner/scan-taker';
import { useText } from '../../text';

interface RestoreFormProps {
  /** The backup. */
  readonly path: string;
  readonly onLeave: () => void;
}

/** Asks for the password of a backup, and once more where it would take the place of records. */
export function RestoreForm({ path, onLeave }: RestoreFormProps): ReactElement {
  const text = useText().backup;
  const [password, setPassword] = useState('');
  const [error, setError] = useState<ErrorData | null>(null);
  const [busy, setBusy] = useState(false);
  const restore = async (replace: boolean): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      // Once it is looked at the app ends: the form stays as it is until then.
      await call('restoreState', { path, password, replace });
    } catch (thrown) {
      setError(errorOf(thrown));
      setBusy(false);
    }
  };
  useScans(!busy, (scanned) => {
    setPassword(scanned);
    return true;
  });
  if (busy) return <Busy>{text.looking}</Busy>;
  const replaces = error?.code === 'state-not-empty';
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (password !== '' && !replaces) void restore(false);
      }}
    >
      {error !== null && !replaces && <ErrorCard error={error} />}
      {replaces && (
        <Notice tone="warn" title={error.message} role="alert">
          <p>{text.replaceHint}</p>
        </Notice>
      )}
      <p className="anywhere">{text.restoreIntro(fileName(path))}</p>
      <SecretField label={text.password} value={password} onChange={setPassword} disabled={replaces} first />
      <div className="row">
        {replaces ? (
          <Button size="lg" variant="filled" color="red" onClick={() => void restore(true)}>
            {text.replace}
          </Button>
        ) : (
          <Button type="submit" size="lg" variant="filled" disabled={password === ''}>
            {text.restoreNow}
          </Button>
        )}
        <Button size="lg" onClick={onLeave}>
          {text.leave}
        </Button>
      </div>
    </form>
  );
}
