import {
  IconCheck,
  IconCircleDashed,
  IconCircleFilled,
  IconLink,
  IconLock,
  IconPlayerStop,
  IconRefresh,
  IconX,
  type Icon,
} from '@tabler/icons-react';
import { memo, type ReactElement } from 'react';
import type { CardKind } from '../../store/selectors';

/** A shape for each state, for eyes that do not tell the colours. */
const marks: Readonly<Record<CardKind, Icon>> = {
  empty: IconCircleDashed,
  blocked: IconLock,
  free: IconCircleFilled,
  paired: IconLink,
  running: IconRefresh,
  pass: IconCheck,
  fail: IconX,
  cancelled: IconPlayerStop,
  interrupted: IconPlayerStop,
};

/** The shape beside the word. */
export const StatusMark = memo(function StatusMark({ kind }: { readonly kind: CardKind }): ReactElement {
  const Mark = marks[kind];
  return <Mark className="card-mark" size={16} stroke={2.5} aria-hidden />;
});
