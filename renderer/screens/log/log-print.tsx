import { Button } from '@mantine/core';
import { IconPrinter } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { LogRow } from '../../../core/contract/app-log';
import { act } from '../../actions';
import { drawn } from '../../drawn';
import { formatTime } from '../../format';
import { useApp } from '../../store/app-store';
import { logStore, useLog } from '../../store/log-store';
import { useText } from '../../text';
import './log-print.css';

/** Lines on paper, as many as the station answers at once; an export has all of them. */
const mostLines = 500;

interface Paper {
  readonly rows: readonly LogRow[];
  /** How many there are, printed or not. */
  readonly total: number;
  /** What was searched for; empty: nothing. */
  readonly text: string;
  /** ISO 8601. */
  readonly time: string;
}

/** What is on the printer now. The table on the screen has only the lines that are in view. */
const printStore = createStore<{ readonly paper: Paper | null }>(() => ({ paper: null }));

/** Prints the lines that the log shows, the newest first. */
async function printLog(): Promise<void> {
  const { query } = logStore.getState();
  const answer = await act('queryLog', { ...query, offset: 0, limit: mostLines });
  if (answer === null) return;
  const { rows, total } = answer;
  printStore.setState({ paper: { rows, total, text: query.text, time: new Date().toISOString() } });
  await drawn();
  await act('printPage', {});
  printStore.setState({ paper: null });
}

export function PrintLogButton(): ReactElement {
  const text = useText().log;
  const none = useLog(({ total }) => total === 0);
  return (
    <Button
      disabled={none}
      leftSection={<IconPrinter size={20} aria-hidden />}
      onClick={() => {
        void printLog();
      }}
    >
      {text.print}
    </Button>
  );
}

/** The lines as they are on paper, while they are printed. */
export function LogPaper(): ReactElement | null {
  const text = useText().log;
  const paper = useStore(printStore, (state) => state.paper);
  const station = useApp(({ settings }) => settings.stationName);
  if (paper === null) return null;
  const { rows, total, text: sought, time } = paper;
  return (
    <section className="log-paper" aria-label={text.title}>
      <h1>{text.title}</h1>
      <p>{text.paper(station, formatTime(time), rows.length, total, sought)}</p>
      <table>
        <thead>
          <tr>
            {(['time', 'machine', 'result', 'drive', 'bay', 'order', 'operator'] as const).map((column) => (
              <th key={column}>{text.columns[column]}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <PaperLine key={row.sequence} row={row} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function PaperLine({ row }: { readonly row: LogRow }): ReactElement {
  const text = useText().log;
  const { machineSerial, machines, shipment, reason } = row;
  const more = shipment === null ? (row.driveSerial ?? reason ?? '') : text.shipment(shipment);
  return (
    <tr>
      <td>{formatTime(row.time)}</td>
      <td className="mono">{machineSerial ?? (machines === null ? '' : text.machines(machines))}</td>
      <td>{text.results[row.result]}</td>
      <td>{more}</td>
      <td>{row.bay ?? ''}</td>
      <td>{row.workOrder ?? ''}</td>
      <td>{row.operator}</td>
    </tr>
  );
}
