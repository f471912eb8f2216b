import type { ReactElement } from 'react';
import { Mono } from '../../components/mono';
import { useApp } from '../../store/app-store';
import { showScreen } from '../../store/view-store';
import { useText } from '../../text';
import '../order/order.css';

/** The open order and how far it is; leads to its screen. Nothing while none is open. */
export function OrderStrip(): ReactElement | null {
  const text = useText().order;
  const order = useApp((state) => state.order);
  if (order === null) return null;
  const { counts } = order;
  const shown = [
    ['expected', counts.expected],
    ['paired', counts.paired + counts.writing],
    ['done', counts.done],
    ['failed', counts.failed + counts.interrupted],
    ['packed', counts.packed],
  ] as const;
  return (
    <button
      type="button"
      className="order-strip"
      aria-label={`${text.strip.go(order.number)}: ${shown.map(([name, number]) => `${number} ${text.countNames[name]}`).join(', ')}`}
      onClick={() => {
        showScreen('order');
      }}
    >
      <span className="order-strip-number">
        {text.strip.open} <Mono>{order.number}</Mono>
      </span>
      <span className="soft">{text.strip.of(order)}</span>
      {shown.map(([name, number]) => (
        <span key={name} className="order-strip-count" data-count={name} data-none={number === 0}>
          {number} {text.countNames[name]}
        </span>
      ))}
    </button>
  );
}
