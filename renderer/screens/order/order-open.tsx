import { Button, Textarea, TextInput } from '@mantine/core';
import { IconFileUpload } from '@tabler/icons-react';
import { useState, type ReactElement } from 'react';
import { sanitizeForDisplay } from '../../../core/base/display';
import type { ErrorData } from '../../../core/base/errors';
import { errorOf, send } from '../../actions';
import { call } from '../../bridge';
import { ErrorCard } from '../../components/error-card';
import { Panel } from '../../components/panel';
import { useText } from '../../text';

const longestNumber = 60;

/** Why an order was refused: all that is wrong is in view, for whoever puts it right. */
function Refusal({
  error,
  onDismiss,
}: {
  readonly error: ErrorData;
  readonly onDismiss: () => void;
}): ReactElement {
  const { order, common } = useText();
  const problems = error.code === 'order-invalid' ? (error.cause?.split('\n') ?? []) : [];
  return (
    <ErrorCard error={problems.length === 0 ? error : { ...error, cause: null }}>
      {problems.length > 0 && (
        <ol className="bullets order-problems" tabIndex={0} aria-label={order.open.problems}>
          {problems.map((problem) => (
            <li key={problem}>{sanitizeForDisplay(problem, 400)}</li>
          ))}
        </ol>
      )}
      <Button size="sm" onClick={onDismiss}>
        {common.dismiss}
      </Button>
    </ErrorCard>
  );
}

interface OrderOpenProps {
  /** The number that is set without a list; empty: none. */
  readonly current: string;
  /** Whether a number alone may be set: not while the copy of an order that is open is damaged. */
  readonly numberAlone: boolean;
  readonly onOpened: (warnings: readonly string[]) => void;
}

/** Opens an order from a file, from what is typed or pasted, or as a number without a list. */
export function OrderOpen({ current, numberAlone, onOpened }: OrderOpenProps): ReactElement {
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
    <div className="stack order-open">
      <TextInput
        className="short"
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
        <Panel title={text.fileTitle}>
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
        </Panel>
        {numberAlone && (
          <Panel title={text.numberTitle}>
            <p>{text.numberOnlyHint}</p>
            <div>
              <Button
                disabled={busy || number.trim() === '' || number.trim() === current}
                onClick={() => {
                  send('setBatch', { workOrder: number });
                }}
              >
                {text.useNumber}
              </Button>
            </div>
          </Panel>
        )}
        <Panel title={text.typedTitle}>
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
              disabled={busy || typed.trim() === ''}
              onClick={() => {
                void open(() => call('openOrder', { number, text: typed }));
              }}
            >
              {text.openTyped}
            </Button>
          </div>
        </Panel>
      </div>
      {/* At the lower edge of the window: the form stays where it is under the pointer. */}
      <div role="alert" className="live order-refused">
        {error !== null && (
          <Refusal
            error={error}
            onDismiss={() => {
              setError(null);
            }}
          />
        )}
      </div>
    </div>
  );
}
