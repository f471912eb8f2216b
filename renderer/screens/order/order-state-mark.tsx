import {
  IconAlertTriangle,
  IconCheck,
  IconCircle,
  IconLink,
  IconPackage,
  IconPencil,
  IconPlayerStop,
  IconX,
} from '@tabler/icons-react';
import type { ReactElement } from 'react';
import type { OrderLineState } from '../../../core/order/order-state';
import type { Tone } from '../../components/notice';

/** The shape of a state; the word stands beside it. */
export function StateMark({ state }: { readonly state: OrderLineState }): ReactElement {
  const size = { size: 20, 'aria-hidden': true } as const;
  switch (state) {
    case 'expected':
      return <IconCircle {...size} />;
    case 'paired':
      return <IconLink {...size} />;
    case 'writing':
      return <IconPencil {...size} />;
    case 'done':
      return <IconCheck {...size} stroke={3} />;
    case 'packed':
      return <IconPackage {...size} />;
    case 'failed':
      return <IconX {...size} stroke={3} />;
    case 'interrupted':
      return <IconPlayerStop {...size} />;
    case 'left-out':
      return <IconAlertTriangle {...size} />;
  }
}

/** The colour of a state; nothing where there is nothing to be said of it yet. */
export function toneOf(state: OrderLineState): Tone | undefined {
  switch (state) {
    case 'done':
    case 'packed':
      return 'good';
    case 'failed':
    case 'interrupted':
      return 'bad';
    case 'left-out':
      return 'warn';
    case 'expected':
    case 'paired':
    case 'writing':
      return undefined;
  }
}
