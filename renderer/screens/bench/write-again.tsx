import { Button, Modal, TextInput } from '@mantine/core';
import { IconRepeat } from '@tabler/icons-react';
import { useState, type ReactElement } from 'react';
import type { PairingState } from '../../../core/pairing/pairing-state';
import { act } from '../../actions';
import { useText } from '../../text';

const longestReason = 200;

/** The machine that was just refused because it has a finished drive; null when that is not what was said last. */
export function refusedAgain({ lastScan }: Pick<PairingState, 'lastScan'>): string | null {
  const outcome = lastScan?.outcome;
  if (outcome?.result !== 'refused' || outcome.reason !== 'machine-shipped') return null;
  return outcome.machineSerial ?? null;
}

interface WriteAgainProps {
  readonly machineSerial: string;
  /** The drive that was chosen by hand; null: the machine waits for its bay. */
  readonly driveId: string | null;
  readonly onDone?: () => void;
}

/** Asks why a machine gets another drive, where it was refused. */
export function WriteAgain({ machineSerial, driveId, onDone }: WriteAgainProps): ReactElement {
  const { bench, common } = useText();
  const text = bench.again;
  const [asking, setAsking] = useState(false);
  const [reason, setReason] = useState('');
  const close = (): void => {
    setAsking(false);
  };
  const submit = async (): Promise<void> => {
    if (reason.trim() === '') return;
    if ((await act('allowAgain', { machineSerial, reason, driveId })) === null) return;
    close();
    onDone?.();
  };
  return (
    <>
      <Button
        variant="light"
        leftSection={<IconRepeat size={20} aria-hidden />}
        onClick={() => {
          setAsking(true);
        }}
      >
        {text.button}
      </Button>
      <Modal
        opened={asking}
        onClose={close}
        title={text.title(machineSerial)}
        closeButtonProps={{ 'aria-label': common.close }}
        size="34rem"
      >
        <form
          className="stack"
          onSubmit={(event) => {
            event.preventDefault();
            void submit();
          }}
        >
          <p>{text.explained}</p>
          <TextInput
            label={text.reason}
            description={text.hint}
            value={reason}
            maxLength={longestReason}
            autoComplete="off"
            data-autofocus
            onChange={(event) => {
              setReason(event.currentTarget.value);
            }}
          />
          <div className="row">
            <Button type="submit" variant="filled" disabled={reason.trim() === ''}>
              {text.allow}
            </Button>
            <Button onClick={close}>{common.cancel}</Button>
          </div>
        </form>
      </Modal>
    </>
  );
}
