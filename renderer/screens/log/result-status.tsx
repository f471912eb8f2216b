import {
  IconArrowBackUp,
  IconAlertTriangle,
  IconCheck,
  IconPackage,
  IconPackages,
  IconPlayerStop,
  IconRefresh,
  IconX,
} from '@tabler/icons-react';
import type { ReactElement } from 'react';
import type { LogRow } from '../../../core/contract/app-log';
import { Status } from '../../components/status';
import { useText } from '../../text';

interface ResultStatusProps {
  readonly result: LogRow['result'];
  readonly role?: 'gridcell';
}

/** How a job or a test ended, or what was done with a work order or a shipment. */
export function ResultStatus({ result, ...props }: ResultStatusProps): ReactElement {
  const word = useText().log.results[result];
  switch (result) {
    case 'done':
    case 'verified':
    case 'rehearsed':
    case 'erased':
    case 'size-checked':
    case 'disk-made':
    case 'end-confirmed':
      return (
        <Status tone="good" {...props}>
          <IconCheck size={20} stroke={3} aria-hidden /> {word}
        </Status>
      );
    case 'failed':
    case 'verify-failed':
    case 'rehearsal-failed':
    case 'not-erased':
    case 'size-failed':
    case 'disk-failed':
      return (
        <Status tone="bad" {...props}>
          <IconX size={20} stroke={3} aria-hidden /> {word}
        </Status>
      );
    case 'cancelled':
    case 'size-cancelled':
    case 'interrupted':
      return (
        <Status {...props}>
          <IconPlayerStop size={20} stroke={2.5} aria-hidden /> {word}
        </Status>
      );
    case 'order-opened':
    case 'order-closed':
    case 'media-got':
    case 'image-got':
      return (
        <Status {...props}>
          <IconPackages size={20} aria-hidden /> {word}
        </Status>
      );
    case 'erase-begun':
    case 'size-begun':
    case 'disk-begun':
      return (
        <Status {...props}>
          <IconRefresh size={20} aria-hidden /> {word}
        </Status>
      );
    case 'not-known':
    case 'size-not-known':
    case 'machine-allowed':
    case 'end-not-confirmed':
    case 'machine-left-out':
      return (
        <Status tone="warn" {...props}>
          <IconAlertTriangle size={20} aria-hidden /> {word}
        </Status>
      );
    case 'machine-returned':
      return (
        <Status {...props}>
          <IconArrowBackUp size={20} aria-hidden /> {word}
        </Status>
      );
    case 'shipped':
      return (
        <Status tone="good" {...props}>
          <IconPackage size={20} aria-hidden /> {word}
        </Status>
      );
  }
}
