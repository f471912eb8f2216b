import { Button, NativeSelect } from '@mantine/core';
import { IconArrowBackUp } from '@tabler/icons-react';
import { memo, useEffect, useMemo, useRef, type ReactElement } from 'react';
import type { OrderState, OrderStateLine } from '../../../core/contract/app-order';
import { isOpen, orderLineStates, type OrderLineState } from '../../../core/order/order-state';
import { DataTable } from '../../components/data-table';
import { Mono } from '../../components/mono';
import { Panel } from '../../components/panel';
import { SearchField } from '../../components/search-field';
import { Status } from '../../components/status';
import { useText } from '../../text';
import { useMarkedLine } from './marked-line';
import { StateMark, toneOf } from './order-state-mark';

/** Which lines are shown. */
export interface LineFilter {
  readonly text: string;
  readonly state: OrderLineState | 'all' | 'open';
}

/** Whether a line is one that is looked for. */
export function isWanted(line: OrderStateLine, { text, state }: LineFilter): boolean {
  if (state === 'open' ? !isOpen(line) : state !== 'all' && line.state !== state) return false;
  const sought = text.trim().toLowerCase();
  const told = [
    ...[line.serial, line.computerName, line.assetTag, line.model, line.ids, line.replaces, line.reason],
  ];
  return sought === '' || told.some((one) => one?.toLowerCase().includes(sought) === true);
}

/** Columns that only some orders have a value for. */
interface LineColumns {
  /** Replaced computers. */
  readonly pairs: boolean;
  /** Below the name: maker, model, system SKU, board, what the firmware trusts. */
  readonly models: boolean;
}

interface LineProps {
  readonly columns: LineColumns;
  readonly line: OrderStateLine;
  /** Which scan showed it; 0: none. */
  readonly marked: number;
  readonly onLeaveOut: (serial: string) => void;
}

/** Something can be said about what waits, but not about what has a drive at work. */
const canLeaveOut = (line: OrderStateLine): boolean =>
  isOpen(line) && line.state !== 'writing' && line.state !== 'paired';

const Line = memo(function Line({ line, columns, marked, onLeaveOut }: LineProps): ReactElement {
  const { lines: text, states } = useText().order;
  const { serial, state, computerName, assetTag, reason, unexpected, against } = line;
  const row = useRef<HTMLTableRowElement>(null);
  useEffect(() => {
    if (marked > 0) row.current?.scrollIntoView({ block: 'center' });
  }, [marked]);
  return (
    <tr ref={row} className="order-line" data-marked={marked > 0}>
      <th scope="row">
        <Mono>{serial}</Mono>
        {unexpected && (
          <span className="order-apart" data-tone="warn">
            {text.notOrdered}
          </span>
        )}
      </th>
      <td>
        <Status tone={toneOf(state)}>
          <StateMark state={state} /> {states[state]}
        </Status>
      </td>
      <td>
        <span className="nowrap">{computerName}</span>
        {line.model !== null && <p className="small">{line.model}</p>}
        {line.ids !== null && <p className="soft small">{line.ids}</p>}
        {line.firmwareTrust !== null && <p className="soft small">{text.trusts[line.firmwareTrust]}</p>}
      </td>
      <td className="nowrap">{assetTag}</td>
      {columns.pairs && (
        <td>
          {line.replaces}
          {line.returned && (
            <Status tone="good">
              <IconArrowBackUp size={20} aria-hidden /> {text.returned}
            </Status>
          )}
        </td>
      )}
      <td className="order-reason">
        {against !== null && <p>{text.against(against)}</p>}
        {reason}
      </td>
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
  const marked = useMarkedLine();
  const shown = useMemo(() => order.lines.filter((line) => isWanted(line, filter)), [order.lines, filter]);
  const search = (
    <div className="row row-fields" role="search">
      <SearchField
        label={text.search}
        hint={text.searchHint}
        value={filter.text}
        onSearch={(sought) => {
          onFilter({ ...filter, text: sought });
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
      <p className="total" aria-live="polite">
        {text.total(shown.length, order.lines.length)}
      </p>
    </div>
  );
  const { serial, state, name, assetTag, model, replaces, reason } = text.columns;
  const columns = useMemo(
    () => ({
      pairs: order.returns !== null,
      models: order.lines.some(
        (line) => line.model !== null || line.ids !== null || line.firmwareTrust !== null,
      ),
    }),
    [order.lines, order.returns],
  );
  return (
    <Panel className="order-list" title={text.title} beside={search}>
      {order.hidden > 0 && <p>{text.hidden(order.hidden)}</p>}
      <DataTable
        className="order-table"
        label={text.region}
        columns={[
          ...[serial, state, columns.models ? model : name, assetTag],
          ...(columns.pairs ? [replaces] : []),
          ...[reason, null],
        ]}
        empty={shown.length === 0 ? text.none : null}
      >
        {shown.map((line) => (
          <Line
            key={line.serial}
            line={line}
            columns={columns}
            marked={line.serial === marked.serial ? marked.number : 0}
            onLeaveOut={onLeaveOut}
          />
        ))}
      </DataTable>
    </Panel>
  );
}
