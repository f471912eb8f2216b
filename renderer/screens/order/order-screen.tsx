import { Button } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useState, type ReactElement } from 'react';
import { sanitizeForDisplay } from '../../../core/base/display';
import { ErrorCard } from '../../components/error-card';
import { ScreenHead } from '../../components/screen-head';
import { formatTime } from '../../format';
import { useApp } from '../../store/app-store';
import { useText } from '../../text';
import { OrderAsks, OrderClose, OrderCounts } from './order-cards';
import { OrderExcept } from './order-except';
import { OrderLines, type LineFilter } from './order-lines';
import { OrderOpen } from './order-open';
import './order.css';

function Warnings({
  warnings,
  onDismiss,
}: {
  readonly warnings: readonly string[];
  readonly onDismiss: () => void;
}): ReactElement {
  const text = useText();
  return (
    <section className="order-warnings" aria-labelledby="order-warnings" role="status">
      <IconAlertTriangle aria-hidden />
      <div>
        <h2 id="order-warnings">{text.order.open.warnings}</h2>
        <ul>
          {warnings.map((warning) => (
            <li key={warning}>{sanitizeForDisplay(warning, 400)}</li>
          ))}
        </ul>
      </div>
      <Button size="sm" onClick={onDismiss}>
        {text.common.dismiss}
      </Button>
    </section>
  );
}

/** The work order: opened here when none is, else how far it is and what is to be said about it. */
export function OrderScreen(): ReactElement {
  const text = useText().order;
  const order = useApp((state) => state.order);
  const [warnings, setWarnings] = useState<readonly string[]>([]);
  const [filter, setFilter] = useState<LineFilter>({ text: '', state: 'all' });
  /** The machine that a word is to be said about. */
  const [serial, setSerial] = useState('');
  return (
    <div className="order">
      <ScreenHead
        title={order === null ? text.title : text.titleOf(order.number)}
        intro={order === null ? text.intro : text.opened(formatTime(order.openedAt), order.openedBy)}
        toBench={text.toBench}
      />
      {warnings.length > 0 && (
        <Warnings
          warnings={warnings}
          onDismiss={() => {
            setWarnings([]);
          }}
        />
      )}
      {order !== null && order.error !== null && <ErrorCard error={order.error} />}
      {order === null || order.error !== null ? (
        <OrderOpen onOpened={setWarnings} />
      ) : (
        <>
          <OrderCounts order={order} />
          <div className="order-columns">
            <div className="order-side">
              <OrderExcept order={order} serial={serial} onSerial={setSerial} />
              <OrderClose
                order={order}
                onShowOpen={() => {
                  setFilter({ text: '', state: 'open' });
                }}
              />
              <OrderAsks order={order} />
            </div>
            <OrderLines order={order} filter={filter} onFilter={setFilter} onLeaveOut={setSerial} />
          </div>
        </>
      )}
    </div>
  );
}
