import { Button, CloseButton, Loader } from '@mantine/core';
import { IconAlertTriangle, IconFileExport, IconShieldCheck } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import type { LogReport } from '../../../core/contract/app-log';
import { Mono } from '../../components/mono';
import { useText } from '../../text';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { act } from '../../actions';

/** Findings shown; the export of the ledger has all. */
const mostShown = 20;

/** Verify and export, and what came of it. */
export function LogTools(): ReactElement {
  const text = useText().log;
  const { doing, report, exported } = useLedgerTasks();
  const busy = doing !== 'nothing';
  return (
    <div className="log-tools">
      <div className="log-buttons">
        <Button
          disabled={busy}
          leftSection={<IconShieldCheck size={20} aria-hidden />}
          onClick={() => void verifyLedger()}
        >
          {text.verify}
        </Button>
        <Button
          disabled={busy}
          leftSection={<IconFileExport size={20} aria-hidden />}
          onClick={() => void exportLedger('csv')}
        >
          {text.exportCsv}
        </Button>
        <Button
          disabled={busy}
          leftSection={<IconFileExport size={20} aria-hidden />}
          onClick={() => void exportLedger('json')}
        >
          {text.exportJson}
        </Button>
      </div>
      <div className="log-said" role="status">
        {busy && (
          <p className="log-busy">
            <Loader size="xs" aria-hidden /> {doing === 'verifying' ? text.verifying : text.exporting}
          </p>
        )}
        {exported !== null && <p>{text.exported(exported)}</p>}
        {report !== null && <Report report={report} />}
      </div>
    </div>
  );
}

function Report({ report }: { readonly report: LogReport }): ReactElement {
  const text = useText().log;
  const { problems, keyFingerprint } = report;
  const whole = problems.length === 0;
  const Mark = whole ? IconShieldCheck : IconAlertTriangle;
  return (
    <div className="log-report" data-whole={whole}>
      <Mark size={24} aria-hidden />
      <div className="log-report-words">
        <p>
          <strong>{whole ? text.whole(report.entries) : text.notWhole(problems.length)}</strong>
        </p>
        {!whole && (
          <>
            <ul className="log-findings" tabIndex={0} aria-label={text.findings}>
              {problems.slice(0, mostShown).map(({ message }, index) => (
                <li key={index}>{message}</li>
              ))}
            </ul>
            {problems.length > mostShown && <p>{text.moreFindings(problems.length - mostShown)}</p>}
            <p>{text.notWholeRemedy}</p>
          </>
        )}
        {keyFingerprint !== null && (
          <p className="soft">
            {text.stationKey} <Mono>{keyFingerprint}</Mono>
          </p>
        )}
      </div>
      <CloseButton aria-label={text.closeReport} onClick={closeReport} />
    </div>
  );
}

interface LedgerTasks {
  readonly doing: 'nothing' | 'verifying' | 'exporting';
  readonly report: LogReport | null;
  /** Where the last export was written. */
  readonly exported: string | null;
}

/** Apart from the screen: verifying takes a minute, and what it found must not go when another screen is shown. */
const tasksStore = createStore<LedgerTasks>(() => ({ doing: 'nothing', report: null, exported: null }));

/** What is done with the whole ledger, and what came of it. */
export function useLedgerTasks(): LedgerTasks {
  return useStore(tasksStore);
}

/** Reads the whole ledger and keeps what was found. */
export async function verifyLedger(): Promise<void> {
  tasksStore.setState({ doing: 'verifying', report: null, exported: null });
  tasksStore.setState({ doing: 'nothing', report: await act('verifyLog', {}) });
}

/** Writes the ledger into a file that the operator chooses. */
export async function exportLedger(format: 'csv' | 'json'): Promise<void> {
  tasksStore.setState({ doing: 'exporting', exported: null });
  const answer = await act('exportLog', { format });
  tasksStore.setState({ doing: 'nothing', exported: answer?.path ?? null });
}

/** Puts away what was said. */
export function closeReport(): void {
  tasksStore.setState({ report: null, exported: null });
}
