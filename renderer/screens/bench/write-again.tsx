import { Button, Modal, TextInput } from '@mantine/core';
import { IconRepeat } from '@tabler/icons-react';
import { useState, type ReactElement } from 'react';
import type { PairingState } from '../../../core/pairing/pairing-state';
import { act } from '../../actions';
import { useText } from '../../text';

const longestReason = 200;

/** The machine that was just refused because it has a finished drive; null when that is not what was said last. */
export function refusedAgain({ lastScan }: Pick<PairingState, 'lastScan'>): string | null {
  const outcome = lastScan?.holds === true ? lastScan.outcome : null;
  if (outcome?.result !== 'refused' || outcome.reason !== 'machine-shipped') return null;
  return outcome.machineSerial ?? null;
}

interface WriteAgainProps {
  /** The machine that was refused; null when none is: the button goes, a dialog that is open stays. */
  readonly refused: string | null;
  /** The drive that was chosen by hand; null: the machine waits for its bay. */
  readonly driveId: string | null;
  readonly onDone?: () => void;
}

/** Asks why a machine gets another drive, where it was refused. */
export function WriteAgain({ refused, driveId, onDone }: WriteAgainProps): ReactElement {
  const text = useText().bench.again;
  const [asked, setAsked] = useState<string | null>(null);
  return (
    <>
      {refused !== null && (
        <Button
          variant="light"
          leftSection={<IconRepeat size={20} aria-hidden />}
          onClick={() => {
            setAsked(refused);
          }}
        >
          {text.button}
        </Button>
      )}
      {asked !== null && (
        <AgainDialog
          machineSerial={asked}
          driveId={driveId}
          onClose={() => {
            setAsked(null);
          }}
          onDone={onDone}
        />
      )}
    </>
  );
}

interface AgainDialogProps {
  readonly machineSerial: string;
  readonly driveId: string | null;
  readonly onClose: () => void;
  readonly onDone: (() => void) | undefined;
}

function AgainDialog({ machineSerial, driveId, onClose, onDone }: AgainDialogProps): ReactElement {
  const { bench, common } = useText();
  const text = bench.again;
  const [reason, setReason] = useState('');
  const submit = async (): Promise<void> => {
    if (reason.trim() === '') return;
    if ((await act('allowAgain', { machineSerial, reason, driveId })) === null) return;
    onClose();
    onDone?.();
  };
  return (
    <Modal
      opened
      onClose={onClose}
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
          <Button onClick={onClose}>{common.cancel}</Button>
        </div>
      </form>
    </Modal>
  );
}
