import { Button } from '@mantine/core';
import { useState, type ReactElement } from 'react';
import type { ErrorData } from '../../../core/base/errors';
import { shortestPassphrase, type LiveKey } from '../../../core/live/live-state';
import { errorOf } from '../../actions';
import { call } from '../../bridge';
import { Busy } from '../../components/busy';
import { ErrorCard } from '../../components/error-card';
import { SecretAgain, SecretField } from '../../components/secret-field';
import { useScans } from '../../scanner/scan-taker';
import { useText } from '../../text';

interface KeyFormProps {
  /** The data partition is made; it is opened otherwise. */
  readonly makes: boolean;
  readonly onLeave: () => void;
}

/** Asks for the passphrase. What is scanned is written into the fields and nowhere else. */
export function KeyForm({ makes, onLeave }: KeyFormProps): ReactElement {
  const text = useText().live;
  const [passphrase, setPassphrase] = useState('');
  const [again, setAgain] = useState('');
  const [error, setError] = useState<ErrorData | null>(null);
  const [busy, setBusy] = useState(false);
  const ready = makes ? passphrase.length >= shortestPassphrase && again === passphrase : passphrase !== '';
  const open = async (key: LiveKey): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      // Once it is open the app ends: the form stays as it is until then.
      await call('openStick', { act: makes ? 'make' : 'open', key });
    } catch (thrown) {
      setError(errorOf(thrown));
      setPassphrase('');
      setAgain('');
      setBusy(false);
    }
  };
  useScans(!busy, (scanned) => {
    setPassphrase(scanned);
    setAgain(scanned);
    // A scan has no slips to look for; what is made for good waits for the button.
    if (!makes) void open({ kind: 'passphrase', text: scanned });
    return true;
  });
  if (busy) return <Busy>{text.working}</Busy>;
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) void open({ kind: 'passphrase', text: passphrase });
      }}
    >
      {error !== null && <ErrorCard error={error} />}
      <p>{makes ? text.makeIntro(shortestPassphrase) : text.openIntro}</p>
      <p className="soft">{text.keyboardNow}</p>
      <SecretField label={text.passphrase} value={passphrase} onChange={setPassphrase} first />
      {makes && (
        <SecretAgain
          label={text.again}
          value={again}
          onChange={setAgain}
          secret={passphrase}
          differs={text.differs}
        />
      )}
      <div className="row">
        <Button type="submit" size="lg" variant="filled" disabled={!ready}>
          {makes ? text.button.none : text.button.locked}
        </Button>
        <Button size="lg" onClick={() => void open({ kind: 'key-stick' })}>
          {text.keyStick}
        </Button>
        <Button size="lg" onClick={onLeave}>
          {text.notNow}
        </Button>
      </div>
    </form>
  );
}
