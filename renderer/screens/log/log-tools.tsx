import { Button, Loader } from '@mantine/core';
import { IconAlertTriangle, IconShieldCheck } from '@tabler/icons-react';
import { useState, type ReactElement } from 'react';
import type { LogReport } from '../../../core/contract/desk';
import { act } from '../../actions';
import { Mono } from '../../parts/mono';
import { useText } from '../../text';

type Doing = 'nothing' | 'verifying' | 'exporting';

/** Findings shown; the export of the ledger has all. */
const mostShown = 20;

/** Verify and export, and what came of it. */
export function LogTools(): ReactElement {
  const text = useText().log;
  const [doing, setDoing] = useState<Doing>('nothing');
  const [report, setReport] = useState<LogReport | null>(null);
  const [exported, setExported] = useState<string | null>(null);

  const verify = async (): Promise<void> => {
    setDoing('verifying');
    setReport(null);
    setReport(await act('verifyLog', {}));
    setDoing('nothing');
  };
  const exportAs = async (format: 'csv' | 'json'): Promise<void> => {
    setDoing('exporting');
    setExported(null);
    setExported((await act('exportLog', { format }))?.path ?? null);
    setDoing('nothing');
  };
  const busy = doing !== 'nothing';
  return (
    <div className="log-tools">
      <div className="log-buttons">
        <Button disabled={busy} onClick={() => void verify()}>
          {text.verify}
        </Button>
        <Button disabled={busy} onClick={() => void exportAs('csv')}>
          {text.exportCsv}
        </Button>
        <Button disabled={busy} onClick={() => void exportAs('json')}>
          {text.exportJson}
        </Button>
      </div>
      <div className="log-said" aria-live="polite">
        {doing === 'verifying' && (
          <p>
            <Loader size="xs" /> {text.verifying}
          </p>
        )}
        {doing === 'exporting' && (
          <p>
            <Loader size="xs" /> {text.exporting}
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
  return (
    <div className="log-report" data-whole={whole}>
      <p>
        {whole ? <IconShieldCheck size={20} aria-hidden /> : <IconAlertTriangle size={20} aria-hidden />}{' '}
        <strong>{whole ? text.whole(report.entries) : text.notWhole(problems.length)}</strong>
      </p>
      {keyFingerprint !== null && (
        <p className="soft">
          {text.stationKey} <Mono>{keyFingerprint}</Mono>
        </p>
      )}
      {!whole && (
        <>
          <ul>
            {problems.slice(0, mostShown).map(({ message }, index) => (
              <li key={index}>{message}</li>
            ))}
          </ul>
          <p>{text.notWholeRemedy}</p>
        </>
      )}
    </div>
  );
}
