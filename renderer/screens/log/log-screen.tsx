import { useCallback, useState, type ReactElement } from 'react';
import { ScreenHeader } from '../../components/screen-header';
import { useLog } from '../../store/log-store';
import { useText } from '../../text';
import { EntryPage } from './entry-page';
import { LogFilters } from './log-filters';
import { LogPaper, PrintLogButton } from './log-print';
import { LogTable, type LogSelection } from './log-table';
import { LogOutcome, LogTools } from './log-tools';
import './log.css';

/** The ledger: a table that can be searched, an entry's page, verify and export. */
export function LogScreen(): ReactElement {
  const text = useText().log;
  const [opened, setOpened] = useState<number | null>(null);
  const searched = useLog((state) => state.searched);
  const [seen, setSeen] = useState(searched);
  const [returned, setReturned] = useState(false);
  /** Kept while an entry is open. */
  const [selection, setSelection] = useState<LogSelection>({ index: 0, sequence: null });
  // What was scanned is looked for in the list, whatever was open.
  if (seen !== searched) {
    setSeen(searched);
    setOpened(null);
  }
  const goBack = useCallback((): void => {
    setReturned(true);
    setOpened(null);
  }, []);
  if (opened !== null) return <EntryPage key={opened} sequence={opened} onBack={goBack} />;
  return (
    <section className="screen screen-filled" aria-labelledby="log-title">
      <ScreenHeader id="log-title" title={text.title}>
        <LogTools />
        <PrintLogButton />
      </ScreenHeader>
      <LogOutcome />
      <LogFilters key={searched} />
      <LogTable selection={selection} onSelect={setSelection} onOpen={setOpened} focused={returned} />
      <LogPaper />
    </section>
  );
}
