import { useState, type ReactElement } from 'react';
import { useText } from '../../text';
import { EntryPage } from './entry-page';
import { LogFilters } from './log-filters';
import { LogTable } from './log-table';
import { LogTools } from './log-tools';
import './log.css';

/** The ledger: a table that can be searched, an entry's page, verify and export. */
export function LogScreen(): ReactElement {
  const text = useText().log;
  const [opened, setOpened] = useState<number | null>(null);
  /** Where the table's selection is; kept while an entry is open. */
  const [selected, setSelected] = useState(0);
  if (opened !== null) {
    return (
      <EntryPage
        sequence={opened}
        onBack={() => {
          setOpened(null);
        }}
      />
    );
  }
  return (
    <section className="log" aria-labelledby="log-title">
      <div className="log-head">
        <h1 id="log-title" className="screen-title">
          {text.title}
        </h1>
        <LogTools />
      </div>
      <LogFilters />
      <LogTable selected={selected} onSelect={setSelected} onOpen={setOpened} />
    </section>
  );
}
