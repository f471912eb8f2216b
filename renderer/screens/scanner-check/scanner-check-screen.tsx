import { Button } from '@mantine/core';
import {
  IconAlertTriangle,
  IconBarcode,
  IconCheck,
  IconInfoCircle,
  IconSettingsCheck,
  type Icon,
} from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { checkCode } from '../../../core/scan/check-code';
import { sanitizeForDisplay } from '../../../core/base/display';
import { Busy } from '../../components/busy';
import { Notice, type Tone } from '../../components/notice';
import { Panel } from '../../components/panel';
import { BackToScreen, ScreenHeader } from '../../components/screen-header';
import { Status } from '../../components/status';
import { useScannerCheck, type CheckResult } from '../../store/scanner-check-store';
import { showScreen } from '../../store/view-store';
import { useText } from '../../text';
import { Barcode } from '../sheet/barcode';
import { checkRows, type CheckRow } from './check-rows';
import './scanner-check.css';

const marks: Readonly<Record<CheckRow['mark'], { readonly tone: Tone; readonly Mark: Icon }>> = {
  ok: { tone: 'good', Mark: IconCheck },
  set: { tone: 'good', Mark: IconSettingsCheck },
  note: { tone: 'warn', Mark: IconInfoCircle },
  change: { tone: 'bad', Mark: IconAlertTriangle },
};

function Rows({ rows }: { readonly rows: readonly CheckRow[] }): ReactElement {
  const text = useText().scannerCheck;
  return (
    <ul className="scanner-check-rows">
      {rows.map(({ key, mark, found, done }) => {
        const { tone, Mark } = marks[mark];
        return (
          <li key={key} className="surface scanner-check-row" data-mark={mark}>
            <Status tone={tone}>
              <Mark size={24} stroke={2.5} aria-hidden />
              {text[mark]}
            </Status>
            <div>
              <h3>{text.rows[key]}</h3>
              <p className="scanner-check-found">{found}</p>
              <p className="soft">{done}</p>
            </div>
          </li>
        );
      })}
    </ul>
  );
}

function Result({ result, times }: { readonly result: CheckResult; readonly times: number }): ReactElement {
  const text = useText().scannerCheck;
  const bench = (
    <Button
      variant="filled"
      onClick={() => {
        showScreen('bench');
      }}
    >
      {text.toBench}
    </Button>
  );
  if (result.kind === 'unread') {
    return (
      <Notice tone="bad" large title={text.unreadTitle}>
        <p>{text.unread(sanitizeForDisplay(result.text, 60))}</p>
      </Notice>
    );
  }
  return (
    <>
      {result.saved ? (
        <Notice tone="good" large title={text.goodTitle} actions={bench}>
          <p>{times > 1 ? text.goodAgain(times) : text.good}</p>
        </Notice>
      ) : (
        <Notice tone="bad" large title={result.refused ? text.badTitle : text.notSavedTitle}>
          <p>{result.refused ? text.bad : text.notSaved}</p>
        </Notice>
      )}
      <Rows rows={checkRows(result.check, text)} />
    </>
  );
}

/** One scan tells what the scanner does, and sets what can be set. Works by scanner alone. */
export function ScannerCheckScreen(): ReactElement {
  const text = useText().scannerCheck;
  const { result, times } = useScannerCheck();
  return (
    <div className="screen scanner-check">
      <ScreenHeader title={text.title} intro={text.intro}>
        <BackToScreen screen="settings">{text.back}</BackToScreen>
      </ScreenHeader>
      <div className="columns scanner-check-columns">
        <Panel title={text.codeTitle} intro={text.codeHint}>
          <div className="scanner-check-code">
            <Barcode code={checkCode} name={text.codeName} />
          </div>
          <div className="row">
            <Button
              leftSection={<IconBarcode size={20} aria-hidden />}
              onClick={() => {
                showScreen('sheet');
              }}
            >
              {text.openSheet}
            </Button>
          </div>
          {result === null ? (
            <>
              <h3>{text.helpTitle}</h3>
              <ul className="bullets scanner-check-help">
                {text.help.map((line) => (
                  <li key={line}>{line}</li>
                ))}
              </ul>
            </>
          ) : (
            <p className="soft">{text.again}</p>
          )}
        </Panel>
        <section className="stack" aria-live="polite">
          {result === null ? <Busy>{text.waiting}</Busy> : <Result result={result} times={times} />}
        </section>
      </div>
    </div>
  );
}
