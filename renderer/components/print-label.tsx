import { Button } from '@mantine/core';
import { IconTag } from '@tabler/icons-react';
import { useState, type ReactElement } from 'react';
import type { LabelWish } from '../../core/contract/app-labels';
import { act } from '../actions';
import { showInfo } from '../store/messages-store';
import { useText } from '../text';

/** Prints labels on the label printer, and says what became of it. */
export function PrintLabel({
  wish,
  children,
  name,
  small = false,
  onSent,
}: {
  readonly wish: LabelWish;
  readonly children: string;
  /** Of the button, where several have the same words. */
  readonly name?: string;
  readonly small?: boolean;
  readonly onSent?: () => void;
}): ReactElement {
  const text = useText().common;
  const [busy, setBusy] = useState(false);
  const print = async (): Promise<void> => {
    setBusy(true);
    const answer = await act('printLabels', wish);
    setBusy(false);
    if (answer === null) return;
    showInfo(text.labelsSent(answer.count, answer.left));
    onSent?.();
  };
  return (
    <Button
      size={small ? 'sm' : 'md'}
      disabled={busy}
      {...(name === undefined ? {} : { 'aria-label': name })}
      leftSection={<IconTag size={18} aria-hidden />}
      onClick={() => void print()}
    >
      {children}
    </Button>
  );
}
