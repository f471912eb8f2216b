import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual';
import { memo, useEffect, useRef, type KeyboardEvent, type ReactElement } from 'react';
import type { LogRow } from '../../../core/contract/app-log';
import '../../components/data-table.css';
import { formatTime } from '../../format';
import { logPlaceOf, logRowAt, useLog } from '../../store/log-store';
import { useText } from '../../text';
import { ResultStatus } from './result-status';
import { useLogPages } from './use-log-pages';

const rowHeight = 44;
/** Of the line with the columns' names, which stays on top. */
const headHeight = 44;
const columns = ['time', 'machine', 'result', 'drive', 'bay', 'order', 'operator'] as const;

/** The line that keys act on. */
export interface LogSelection {
  readonly index: number;
  /** Number of its entry, once somebody chose it: the selection follows it when new lines come above. */
  readonly sequence: number | null;
}

interface LogTableProps {
  readonly selection: LogSelection;
  readonly onSelect: (selection: LogSelection) => void;
  readonly onOpen: (sequence: number) => void;
  /** The keyboard goes on here: an entry was just closed. */
  readonly focused: boolean;
}

/** The lines; only those in view are in the page. Arrows, Page, Home and End move, Enter opens. */
export function LogTable({ selection, onSelect, onOpen, focused }: LogTableProps): ReactElement {
  const text = useText().log;
  const total = useLog((state) => state.total);
  const answered = useLog((state) => state.answered);
  const entries = useLog((state) => state.entries);
  const pages = useLog((state) => state.pages);
  const grid = useRef<HTMLDivElement>(null);
  const current = Math.min(selection.index, Math.max(0, total - 1));
  const currentRow = logRowAt({ pages }, current);
  const virtual = useVirtualizer({
    count: total,
    getScrollElement: () => grid.current,
    estimateSize: () => rowHeight,
    scrollMargin: headHeight,
    scrollPaddingStart: headHeight,
    overscan: 8,
    // The selected line stays in the page where it is scrolled away: the grid names it as its active one.
    rangeExtractor: (range) =>
      range.count === 0
        ? []
        : [...new Set([...defaultRangeExtractor(range), current])].sort((one, other) => one - other),
  });
  const items = virtual.getVirtualItems();
  useLogPages(virtual.range?.startIndex ?? 0, virtual.range?.endIndex ?? 0);

  useEffect(() => {
    if (total > 0) virtual.scrollToIndex(current);
    if (focused) grid.current?.focus();
    // Only when it is opened: scrolling by hand must not be undone by an answer.
    // oxlint-disable-next-line react/exhaustive-deps
  }, []);

  useEffect(() => {
    const { sequence } = selection;
    const place = sequence === null ? null : logPlaceOf({ pages }, sequence);
    if (place !== null && place !== selection.index) onSelect({ index: place, sequence });
  }, [pages, selection, onSelect]);

  const select = (index: number): void => {
    onSelect({ index, sequence: logRowAt({ pages }, index)?.sequence ?? null });
    virtual.scrollToIndex(index);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const page = Math.max(1, Math.floor((grid.current?.clientHeight ?? rowHeight) / rowHeight) - 2);
    const moves: Readonly<Record<string, number>> = {
      ArrowDown: current + 1,
      ArrowUp: current - 1,
      PageDown: current + page,
      PageUp: current - page,
      Home: 0,
      End: total - 1,
    };
    const target = moves[event.key];
    if (target !== undefined) {
      event.preventDefault();
      select(Math.max(0, Math.min(total - 1, target)));
    } else if (event.key === 'Enter') {
      event.preventDefault();
      // A line that was scrolled far away may have been thrown away: it is shown, and so fetched, first.
      if (currentRow === null) virtual.scrollToIndex(current);
      else onOpen(currentRow.sequence);
    }
  };

  if (total === 0) {
    return <p className="table-empty">{!answered ? '' : entries === 0 ? text.empty : text.nothingFound}</p>;
  }
  return (
    <div
      ref={grid}
      className="fill surface log-grid"
      role="grid"
      aria-label={text.table}
      aria-rowcount={total + 1}
      aria-colcount={columns.length}
      aria-activedescendant={`log-row-${current}`}
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <div role="rowgroup" className="table-head log-head-group">
        <div className="log-row log-row-head" role="row" aria-rowindex={1} style={{ height: headHeight }}>
          {columns.map((column) => (
            <span key={column} role="columnheader">
              {text.columns[column]}
            </span>
          ))}
        </div>
      </div>
      <div role="rowgroup" className="log-lines" style={{ height: virtual.getTotalSize() }}>
        {items.map(({ index, start }) => (
          <Line
            key={index}
            index={index}
            start={start - headHeight}
            selected={index === current}
            onPick={(sequence) => {
              onSelect({ index, sequence });
              onOpen(sequence);
            }}
          />
        ))}
      </div>
    </div>
  );
}

interface LineProps {
  readonly index: number;
  readonly start: number;
  readonly selected: boolean;
  readonly onPick: (sequence: number) => void;
}

const Line = memo(
  function Line({ index, start, selected, onPick }: LineProps): ReactElement {
    const text = useText().log;
    const row = useLog((state) => logRowAt(state, index));
    return (
      <div
        id={`log-row-${index}`}
        className="log-row"
        role="row"
        aria-rowindex={index + 2}
        aria-selected={selected}
        data-selected={selected}
        style={{ transform: `translateY(${start}px)`, height: rowHeight }}
        onClick={() => {
          if (row !== null) onPick(row.sequence);
        }}
      >
        {row === null ? <span role="gridcell">{text.waiting}</span> : <Cells row={row} />}
      </div>
    );
  },
  (before, after) =>
    before.index === after.index && before.start === after.start && before.selected === after.selected,
);

function Cells({ row }: { readonly row: LogRow }): ReactElement {
  const text = useText().log;
  const { kind, machineSerial, machines, shipment, reason } = row;
  return (
    <>
      <span role="gridcell">{formatTime(row.time)}</span>
      <span role="gridcell" className={machineSerial === null ? 'clipped soft' : 'mono clipped'}>
        {machineSerial ?? (machines === null ? '' : text.machines(machines))}
      </span>
      <ResultStatus role="gridcell" result={row.result} />
      {kind === 'job' || kind === 'check' ? (
        <>
          <span role="gridcell" className="log-drive">
            <span className="mono clipped">{row.driveSerial ?? text.noSerial}</span>
            <span className="clipped soft">{row.driveModel ?? ''}</span>
          </span>
          <span role="gridcell" className="clipped">
            {row.bay ?? ''}
          </span>
        </>
      ) : (
        <span role="gridcell" aria-colspan={2} className="log-remark clipped" title={reason ?? undefined}>
          {shipment === null ? (reason ?? '') : text.shipment(shipment)}
        </span>
      )}
      <span role="gridcell" className={row.workOrder === null ? 'clipped soft' : 'clipped'}>
        {row.workOrder ?? (kind === 'job' || kind === 'shipment' ? text.noOrder : '')}
      </span>
      <span role="gridcell" className="clipped">
        {row.operator}
      </span>
    </>
  );
}
