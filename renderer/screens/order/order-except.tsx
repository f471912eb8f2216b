import { Button, TextInput } from '@mantine/core';
import { useEffect, useRef, useState, type ReactElement } from 'react';
import type { OrderState } from '../../../core/contract/app-order';
import type { PairingState } from '../../../core/pairing/pairing-state';
import { normalizeSerial } from '../../../core/machine/serial';
import { act } from '../../actions';
import { Notice } from '../../components/notice';
import { Panel } from '../../components/panel';
import { useApp } from '../../store/app-store';
import { scannedOutsideOrder } from '../../store/selectors';
import { useText, type Text } from '../../text';

const longestReason = 400;

interface ExceptProps {
  readonly order: OrderState;
  readonly serial: string;
  readonly onSerial: (serial: string) => void;
}

/** The machine that was just refused because the order does not have it; null when it was let in since. */
function unexpectedOf({ lines }: OrderState, scan: PairingState['lastScan']): string | null {
  const scanned = scannedOutsideOrder(scan);
  return lines.some(({ serial }) => serial === scanned) ? null : scanned;
}

/** What the word would do; null while the serial is empty. */
function effectOf(
  { lines, hidden }: OrderState,
  serial: string,
  text: Text['order']['except'],
): string | null {
  const known = lines.find((line) => line.serial === normalizeSerial(serial));
  if (known !== undefined) return known.unexpected ? text.again : text.leavesOut;
  // Of a very long order not every line is told.
  return serial.trim() === '' || hidden > 0 ? null : text.lets;
}

/** Records why a machine is left out, or is done although it was not ordered. */
export function OrderExcept({ order, serial, onSerial }: ExceptProps): ReactElement {
  const text = useText().order.except;
  const scan = useApp(({ pairing }) => pairing.lastScan);
  const [reason, setReason] = useState('');
  const [busy, setBusy] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const unexpected = unexpectedOf(order, scan);
  const effect = effectOf(order, serial, text);

  useEffect(() => {
    // Chosen in the list, or scanned: the reason is what is missing.
    if (serial !== '' && document.activeElement?.id !== 'order-serial') field.current?.focus();
  }, [serial]);

  const record = async (): Promise<void> => {
    setBusy(true);
    const answer = await act('exceptOrder', { machineSerial: serial, reason });
    setBusy(false);
    if (answer === null) return;
    setReason('');
    onSerial('');
  };

  return (
    <Panel title={text.title}>
      <p>{text.intro}</p>
      <div role="status" className="live">
        {unexpected !== null && (
          <Notice
            tone="warn"
            actions={
              <Button
                size="sm"
                onClick={() => {
                  onSerial(unexpected);
                }}
              >
                {text.take}
              </Button>
            }
          >
            {text.unexpectedMachine(unexpected)}
          </Notice>
        )}
      </div>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy) void record();
        }}
      >
        <TextInput
          id="order-serial"
          label={text.serial}
          description={effect}
          maxLength={64}
          autoComplete="off"
          spellCheck={false}
          classNames={{ input: 'mono' }}
          value={serial}
          onChange={(event) => {
            onSerial(event.currentTarget.value);
          }}
        />
        <TextInput
          ref={field}
          label={text.reason}
          maxLength={longestReason}
          autoComplete="off"
          value={reason}
          onChange={(event) => {
            setReason(event.currentTarget.value);
          }}
        />
        <div>
          <Button type="submit" disabled={busy || serial.trim() === '' || reason.trim() === ''}>
            {text.record}
          </Button>
        </div>
      </form>
    </Panel>
  );
}
