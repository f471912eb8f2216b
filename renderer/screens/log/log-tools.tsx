import { Button } from '@mantine/core';
import { IconFileExport, IconShieldCheck } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import type { LogReport } from '../../../core/contract/app-log';
import { Busy } from '../../components/busy';
import { Mono } from '../../components/mono';
import { Notice } from '../../components/notice';
import { useText } from '../../text';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { act } from '../../actions';

/** Findings shown; the export of the ledger has all. */
const maxShown = 20;

/** Verify and export. */
export function LogTools(): ReactElement {
  const text = useText().log;
  const busy = useLedgerTasks().doing !== 'nothing';
  return (
    <>
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
    </>
  );
}

/** What came of it. */
export function LogOutcome(): ReactElement {
  const text = useText().log;
  const { doing, report, exported } = useLedgerTasks();
  return (
    <div className="live" role="status">
      {doing !== 'nothing' && <Busy>{doing === 'verifying' ? text.verifying : text.exporting}</Busy>}
      {exported !== null && <p>{text.exported(exported)}</p>}
      {report !== null && <Report report={report} />}
    </div>
  );
}

function Report({ report }: { readonly report: LogReport }): ReactElement {
  const text = useText().log;
  const { problems, keyFingerprint } = report;
  const whole = problems.length === 0;
  return (
    <Notice
      tone={whole ? 'good' : 'bad'}
      title={whole ? text.whole(report.entries) : text.notWhole(problems.length)}
      close={{ label: text.closeReport, onClose: closeReport }}
    >
      {!whole && (
        <>
          <ul className="log-findings" tabIndex={0} aria-label={text.findings}>
            {problems.slice(0, maxShown).map(({ message }, index) => (
              <li key={index}>{message}</li>
            ))}
          </ul>
          {problems.length > maxShown && <p>{text.moreFindings(problems.length - maxShown)}</p>}
          <p>{text.notWholeRemedy}</p>
        </>
      )}
      {keyFingerprint !== null && (
        <p className="soft">
          {text.stationKey} <Mono>{keyFingerprint}</Mono>
        </p>
      )}
    </Notice>
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
