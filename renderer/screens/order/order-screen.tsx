import { Button } from '@mantine/core';
import { IconPrinter } from '@tabler/icons-react';
import { useState, type ReactElement } from 'react';
import { sanitizeForDisplay } from '../../../core/base/display';
import { forgetScan, send } from '../../actions';
import { ErrorCard } from '../../components/error-card';
import { Notice } from '../../components/notice';
import { ScreenHeader } from '../../components/screen-header';
import { formatTime } from '../../format';
import { useApp } from '../../store/app-store';
import { useText } from '../../text';
import { useMarkedLine } from './marked-line';
import { OrderAsks, OrderClose, OrderCounts, OrderProblems } from './order-cards';
import { OrderExcept } from './order-except';
import { OrderLines, type LineFilter } from './order-lines';
import { OrderOpen } from './order-open';
import { OrderReturns } from './order-returns';
import { TicketPage } from './ticket-page';
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
    <Notice
      tone="warn"
      role="status"
      title={<h2>{text.order.open.warnings}</h2>}
      actions={
        <Button size="sm" onClick={onDismiss}>
          {text.common.dismiss}
        </Button>
      }
    >
      <ul className="bullets">
        {warnings.map((warning) => (
          <li key={warning}>{sanitizeForDisplay(warning, 400)}</li>
        ))}
      </ul>
    </Notice>
  );
}

/** The work order: opened here when none is, else how far it is and what is to be said about it. */
export function OrderScreen(): ReactElement {
  const text = useText().order;
  const order = useApp((state) => state.order);
  const workOrder = useApp(({ batch }) => batch.workOrder);
  const number = order?.number ?? workOrder;
  const [warnings, setWarnings] = useState<readonly string[]>([]);
  const [filter, setFilter] = useState<LineFilter>({ text: '', state: 'all' });
  const marked = useMarkedLine();
  const [seen, setSeen] = useState(marked.number);
  // What was scanned is shown, whatever was looked for before.
  if (seen !== marked.number) {
    setSeen(marked.number);
    setFilter({ text: '', state: 'all' });
  }
  const filterByHand = (next: LineFilter): void => {
    setFilter(next);
    forgetScan();
  };
  /** The machine that a word is to be said about. */
  const [serial, setSerial] = useState('');
  const [onTicket, setOnTicket] = useState(false);
  if (onTicket && number !== '') {
    return (
      <TicketPage
        number={number}
        order={order?.error === null ? order : null}
        onBack={() => {
          setOnTicket(false);
        }}
      />
    );
  }
  return (
    <div className="screen order">
      <ScreenHeader
        title={number === '' ? text.title : text.titleOf(number)}
        intro={
          order !== null
            ? text.opened(formatTime(order.openedAt), order.openedBy)
            : number === ''
              ? text.intro
              : text.without
        }
      >
        {number !== '' && (
          <Button
            leftSection={<IconPrinter size={20} aria-hidden />}
            onClick={() => {
              setOnTicket(true);
            }}
          >
            {text.ticket.button}
          </Button>
        )}
        {order === null && number !== '' && (
          <Button
            onClick={() => {
              send('setBatch', { workOrder: '' });
            }}
          >
            {text.close.remove}
          </Button>
        )}
      </ScreenHeader>
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
        <>
          <OrderOpen current={number} numberAlone={order === null} onOpened={setWarnings} />
          {order === null && <OrderReturns returns={null} />}
        </>
      ) : (
        <>
          <OrderProblems order={order} />
          <OrderCounts order={order} />
          <div className="columns order-columns">
            <div className="stack">
              <OrderExcept order={order} serial={serial} onSerial={setSerial} />
              <OrderClose
                order={order}
                onShowOpen={() => {
                  setFilter({ text: '', state: 'open' });
                }}
              />
              <OrderAsks order={order} />
              {order.returns !== null && <OrderReturns returns={order.returns} />}
            </div>
            <OrderLines order={order} filter={filter} onFilter={filterByHand} onLeaveOut={setSerial} />
          </div>
        </>
      )}
    </div>
  );
}
