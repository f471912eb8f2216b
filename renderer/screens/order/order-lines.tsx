import { Button, NativeSelect, TextInput } from '@mantine/core';
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
import { memo, useMemo, type ReactElement } from 'react';
import type { OrderState, OrderStateLine } from '../../../core/contract/app-order';
import { isOpen, orderLineStates, type OrderLineState } from '../../../core/order/order-state';
import { Mono } from '../../components/mono';
import { useText } from '../../text';

/** Which lines are shown. */
export interface LineFilter {
  readonly text: string;
  readonly state: OrderLineState | 'all' | 'open';
}

/** Whether a line is one that is looked for. */
export function isWanted(line: OrderStateLine, { text, state }: LineFilter): boolean {
  if (state === 'open' ? !isOpen(line) : state !== 'all' && line.state !== state) return false;
  const sought = text.trim().toLowerCase();
  const told = [line.serial, line.computerName, line.assetTag, line.reason];
  return sought === '' || told.some((one) => one?.toLowerCase().includes(sought) === true);
}

/** The shape of a state; the word stands beside it. */
function StateMark({ state }: { readonly state: OrderLineState }): ReactElement {
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

interface LineProps {
  readonly line: OrderStateLine;
  readonly onLeaveOut: (serial: string) => void;
}

/** Something can be said about what waits, but not about what has a drive at work. */
const canLeaveOut = (line: OrderStateLine): boolean =>
  isOpen(line) && line.state !== 'writing' && line.state !== 'paired';

const Line = memo(function Line({ line, onLeaveOut }: LineProps): ReactElement {
  const { lines: text, states } = useText().order;
  const { serial, state, computerName, assetTag, reason, unexpected } = line;
  return (
    <tr data-state={state}>
      <th scope="row">
        <Mono>{serial}</Mono>
        {unexpected && <span className="order-apart">{text.notOrdered}</span>}
      </th>
      <td>
        <span className="order-state" data-state={state}>
          <StateMark state={state} /> {states[state]}
        </span>
      </td>
      <td className="order-fact">{computerName}</td>
      <td className="order-fact">{assetTag}</td>
      <td className="order-reason">{reason}</td>
      <td className="order-act">
        {canLeaveOut(line) && (
          <Button
            size="sm"
            aria-label={text.leaveOutOf(serial)}
            onClick={() => {
              onLeaveOut(serial);
            }}
          >
            {text.leaveOut}
          </Button>
        )}
      </td>
    </tr>
  );
});

interface LinesProps {
  readonly order: OrderState;
  readonly filter: LineFilter;
  readonly onFilter: (filter: LineFilter) => void;
  readonly onLeaveOut: (serial: string) => void;
}

/** Every machine of the order with its state. */
export function OrderLines({ order, filter, onFilter, onLeaveOut }: LinesProps): ReactElement {
  const { lines: text, states } = useText().order;
  const shown = useMemo(() => order.lines.filter((line) => isWanted(line, filter)), [order.lines, filter]);
  return (
    <section className="order-card order-list" aria-labelledby="order-lines">
      <div className="order-filters" role="search">
        <h2 id="order-lines">{text.title}</h2>
        <TextInput
          className="order-search"
          type="search"
          label={text.search}
          placeholder={text.searchHint}
          maxLength={200}
          value={filter.text}
          onChange={(event) => {
            onFilter({ ...filter, text: event.currentTarget.value });
          }}
        />
        <NativeSelect
          label={text.state}
          value={filter.state}
          onChange={(event) => {
            const chosen = event.currentTarget.value;
            const state = orderLineStates.find((one) => one === chosen);
            onFilter({ ...filter, state: state ?? (chosen === 'open' ? 'open' : 'all') });
          }}
          data={[
            { value: 'all', label: text.all },
            { value: 'open', label: text.allOpen },
            ...orderLineStates.map((state) => ({ value: state, label: states[state] })),
          ]}
        />
        <p className="order-total" aria-live="polite">
          {text.total(shown.length, order.lines.length)}
        </p>
      </div>
      {order.hidden > 0 && <p className="order-hidden">{text.hidden(order.hidden)}</p>}
      <div className="order-table" role="region" aria-label={text.region} tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">{text.columns.serial}</th>
              <th scope="col">{text.columns.state}</th>
              <th scope="col">{text.columns.name}</th>
              <th scope="col">{text.columns.assetTag}</th>
              <th scope="col">{text.columns.reason}</th>
              <td />
            </tr>
          </thead>
          <tbody>
            {shown.map((line) => (
              <Line key={line.serial} line={line} onLeaveOut={onLeaveOut} />
            ))}
          </tbody>
        </table>
        {shown.length === 0 && <p className="order-none">{text.none}</p>}
      </div>
    </section>
  );
}
