import { Button, Modal, TextInput } from '@mantine/core';
import { useState, type ReactElement, type ReactNode } from 'react';
import { scanReasons } from '../../../core/scan/reasons';
import { useText } from '../../text';

const longestReason = 200;

interface ReasonDialogProps {
  readonly title: string;
  /** What the reason is asked for. */
  readonly children: ReactNode;
  /** On the button that does it. */
  readonly yes: string;
  readonly onReason: (reason: string) => void;
  readonly onClose: () => void;
}

/** Asks why something is written again: one of the sheet's reasons is pressed, or another one typed. */
export function ReasonDialog({ title, children, yes, onReason, onClose }: ReasonDialogProps): ReactElement {
  const { bench, common } = useText();
  const text = bench.again;
  const [reason, setReason] = useState('');
  return (
    <Modal
      opened
      onClose={onClose}
      title={title}
      closeButtonProps={{ 'aria-label': common.close }}
      size="38rem"
    >
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (reason.trim() !== '') onReason(reason);
        }}
      >
        {children}
        <div className="row" role="group" aria-label={text.common}>
          {scanReasons.map(({ code, words }) => (
            <Button
              key={code}
              aria-pressed={reason === words}
              variant={reason === words ? 'light' : 'default'}
              onClick={() => {
                setReason(words);
              }}
            >
              {words}
            </Button>
          ))}
        </div>
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
            {yes}
          </Button>
          <Button onClick={onClose}>{common.cancel}</Button>
        </div>
      </form>
    </Modal>
  );
}
