import { IconCheck, IconPlayerStop, IconX } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import type { LogRow } from '../../../core/contract/app-log';

/** The shape of a result; the word stands beside it. */
export function ResultMark({ result }: { readonly result: LogRow['result'] }): ReactElement {
  switch (result) {
    case 'done':
    case 'verified':
    case 'rehearsed':
      return <IconCheck size={20} stroke={3} aria-hidden />;
    case 'failed':
    case 'verify-failed':
    case 'rehearsal-failed':
      return <IconX size={20} stroke={3} aria-hidden />;
    case 'cancelled':
    case 'interrupted':
      return <IconPlayerStop size={20} stroke={2.5} aria-hidden />;
  }
}
