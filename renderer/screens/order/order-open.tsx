import { Button, Textarea, TextInput } from '@mantine/core';
import { IconFileUpload } from '@tabler/icons-react';
import { useState, type ReactElement } from 'react';
import { sanitizeForDisplay } from '../../../core/base/display';
import type { ErrorData } from '../../../core/base/errors';
import { errorOf } from '../../actions';
import { call } from '../../bridge';
import { ErrorCard } from '../../components/error-card';
import { useText } from '../../text';

const longestNumber = 60;

/** Why an order was refused: all that is wrong is in view, for whoever puts it right. */
function Refusal({ error }: { readonly error: ErrorData }): ReactElement {
  const text = useText().order.open;
  const problems = error.cause === null ? [] : error.cause.split('\n');
  if (error.code !== 'order-invalid' || problems.length === 0) return <ErrorCard error={error} />;
  return (
    <div className="order-refusal">
      <ErrorCard error={{ ...error, cause: null }} />
      <section className="order-card" aria-labelledby="order-problems">
        <h2 id="order-problems">{text.problems}</h2>
        <ol className="order-problems" tabIndex={0}>
          {problems.map((problem) => (
            <li key={problem}>{sanitizeForDisplay(problem, 400)}</li>
          ))}
        </ol>
      </section>
    </div>
  );
}

/** Opens an order from a file, or from what is typed or pasted. */
export function OrderOpen({
  onOpened,
}: {
  readonly onOpened: (warnings: readonly string[]) => void;
}): ReactElement {
  const text = useText().order.open;
  const [number, setNumber] = useState('');
  const [typed, setTyped] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ErrorData | null>(null);

  const open = async (ask: () => Promise<{ readonly warnings: readonly string[] }>): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      onOpened((await ask()).warnings);
    } catch (thrown) {
      setError(errorOf(thrown));
    } finally {
      setBusy(false);
    }
  };

  return (
    <div className="order-open">
      <div role="alert" className="order-alert">
        {error !== null && <Refusal error={error} />}
      </div>
      <TextInput
        className="order-number"
        label={text.number}
        description={text.numberHint}
        maxLength={longestNumber}
        autoComplete="off"
        spellCheck={false}
        classNames={{ input: 'mono' }}
        value={number}
        onChange={(event) => {
          setNumber(event.currentTarget.value);
        }}
      />
      <div className="order-ways">
        <section className="order-card" aria-labelledby="order-file">
          <h2 id="order-file">{text.fileTitle}</h2>
          <p>{text.fileHint}</p>
          <div>
            <Button
              variant="filled"
              disabled={busy}
              leftSection={<IconFileUpload size={20} aria-hidden />}
              onClick={() => {
                void open(() => call('chooseOrder', { number }));
              }}
            >
              {text.choose}
            </Button>
          </div>
        </section>
        <section className="order-card" aria-labelledby="order-typed">
          <h2 id="order-typed">{text.typedTitle}</h2>
          <Textarea
            label={text.typedLabel}
            description={text.typedHint}
            placeholder={text.typedPlaceholder}
            rows={10}
            spellCheck={false}
            autoComplete="off"
            classNames={{ input: 'mono' }}
            value={typed}
            onChange={(event) => {
              setTyped(event.currentTarget.value);
            }}
          />
          <div>
            <Button
              variant="filled"
              disabled={busy || typed.trim() === ''}
              onClick={() => {
                void open(() => call('openOrder', { number, text: typed }));
              }}
            >
              {text.openTyped}
            </Button>
          </div>
        </section>
      </div>
    </div>
  );
}
