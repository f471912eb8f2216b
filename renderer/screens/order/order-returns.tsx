import { Button, TextInput } from '@mantine/core';
import { useState, type ReactElement } from 'react';
import type { OrderState } from '../../../core/contract/app-order';
import { act } from '../../actions';
import { Notice } from '../../components/notice';
import { Panel } from '../../components/panel';
import { useApp } from '../../store/app-store';
import { scannedOutsideOrder } from '../../store/selectors';
import { useText } from '../../text';

const longestNote = 400;

/** Records that a replaced computer came back, for the open order or one that is closed. */
export function OrderReturns({ returns }: { readonly returns: OrderState['returns'] }): ReactElement {
  const text = useText().order.returns;
  const [computer, setComputer] = useState('');
  const [note, setNote] = useState('');
  const [replacedBy, setReplacedBy] = useState('');
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState<string | null>(null);
  // An old computer is in no order's list, so its scan was refused.
  const scanned = useApp(({ pairing }) => scannedOutsideOrder(pairing.lastScan));

  const record = async (): Promise<void> => {
    setBusy(true);
    const which = replacedBy.trim() === '' ? {} : { replacedBy: replacedBy.trim() };
    const answer = await act('returnComputer', { text: computer, note, ...which });
    setBusy(false);
    setSaid(answer?.said ?? null);
    if (answer === null) return;
    setComputer('');
    setNote('');
    setReplacedBy('');
  };

  return (
    <Panel title={text.title}>
      <p>{text.intro}</p>
      {returns !== null && <p>{text.progress(returns)}</p>}
      <div role="status" className="live">
        {said !== null && <Notice tone="good">{said}</Notice>}
      </div>
      {returns !== null && scanned !== null && scanned !== computer && (
        <div>
          <Button
            size="sm"
            onClick={() => {
              setComputer(scanned);
            }}
          >
            {text.take(scanned)}
          </Button>
        </div>
      )}
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy) void record();
        }}
      >
        <TextInput
          label={text.computer}
          maxLength={64}
          autoComplete="off"
          spellCheck={false}
          classNames={{ input: 'mono' }}
          value={computer}
          onChange={(event) => {
            setComputer(event.currentTarget.value);
          }}
        />
        <TextInput
          label={text.replacedBy}
          description={text.replacedByHint}
          maxLength={64}
          autoComplete="off"
          spellCheck={false}
          classNames={{ input: 'mono' }}
          value={replacedBy}
          onChange={(event) => {
            setReplacedBy(event.currentTarget.value);
          }}
        />
        <TextInput
          label={text.note}
          description={text.noteHint}
          maxLength={longestNote}
          autoComplete="off"
          value={note}
          onChange={(event) => {
            setNote(event.currentTarget.value);
          }}
        />
        <div>
          <Button type="submit" disabled={busy || computer.trim() === ''}>
            {text.record}
          </Button>
        </div>
      </form>
    </Panel>
  );
}
