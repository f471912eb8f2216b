import { Button } from '@mantine/core';
import { IconRepeat } from '@tabler/icons-react';
import { useState, type ReactElement } from 'react';
import { asksForReason } from '../../../core/pairing/drive-reasons';
import type { PairingState } from '../../../core/pairing/pairing-state';
import type { ScanOutcome } from '../../../core/scan/scan-outcome';
import { act } from '../../actions';
import { useText, type Text } from '../../text';
import { ReasonDialog } from './reason-form';

type Refused = Extract<ScanOutcome, { result: 'refused' }>;

/** What was just refused for want of a reason; null when that is not what was said last. */
export function refusedAgain({ lastScan }: Pick<PairingState, 'lastScan'>): Refused | null {
  const outcome = lastScan?.holds === true ? lastScan.outcome : null;
  if (outcome?.result !== 'refused' || !asksForReason(outcome)) return null;
  return outcome.machineSerial === undefined && outcome.driveId === undefined ? null : outcome;
}

interface WriteAgainProps {
  /** What was refused; null when nothing is: the button goes, a dialog that is open stays. */
  readonly refused: Refused | null;
  readonly onDone?: () => void;
  /** Over the whole window, on its colour. */
  readonly large?: boolean;
}

/** Asks why something is written again, where it was refused. */
export function WriteAgain({ refused, onDone, large = false }: WriteAgainProps): ReactElement {
  const text = useText().bench.again;
  const [asked, setAsked] = useState<Refused | null>(null);
  return (
    <>
      {refused !== null && (
        <Button
          variant={large ? 'default' : 'light'}
          size={large ? 'xl' : 'md'}
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
          refused={asked}
          onClose={() => {
            setAsked(null);
          }}
          onDone={onDone}
        />
      )}
    </>
  );
}

type Cause = keyof Text['bench']['again']['title'];

function askedCause({ reason }: Refused): Cause {
  return reason === 'drive-holds' || reason === 'drive-failed-before' ? reason : 'machine-shipped';
}

interface AgainDialogProps {
  readonly refused: Refused;
  readonly onClose: () => void;
  readonly onDone: (() => void) | undefined;
}

function AgainDialog({ refused, onClose, onDone }: AgainDialogProps): ReactElement {
  const { bench } = useText();
  const text = bench.again;
  const cause = askedCause(refused);
  const submit = async (reason: string): Promise<void> => {
    const { machineSerial = null, driveId = null } = refused;
    if ((await act('giveReason', { machineSerial, driveId, reason })) === null) return;
    onClose();
    onDone?.();
  };
  return (
    <ReasonDialog
      title={text.title[cause]}
      yes={text.allow}
      onReason={(reason) => void submit(reason)}
      onClose={onClose}
    >
      <p>{bench.refused(refused)}</p>
      <p>{text.explained[cause]}</p>
    </ReasonDialog>
  );
}
