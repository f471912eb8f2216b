import { NativeSelect, TextInput } from '@mantine/core';
import { useEffect, useState, type ReactElement } from 'react';
import { driveResults } from '../../../core/ledger/record';
import { SearchField } from '../../components/search-field';
import { setLogQuery, useLog } from '../../store/log-store';
import { useText } from '../../text';

/** Milliseconds after the last letter before the search is made. */
const typingPause = 150;

/** Search, result and days; and how many lines fit. */
export function LogFilters(): ReactElement {
  const text = useText().log;
  const query = useLog((state) => state.query);
  const total = useLog((state) => state.total);
  const read = useLog((state) => state.read);
  const entries = useLog((state) => state.entries);
  const [typed, setTyped] = useState(query.text);
  useEffect(() => {
    const timer = setTimeout(() => {
      if (typed !== query.text) setLogQuery({ text: typed });
    }, typingPause);
    return () => {
      clearTimeout(timer);
    };
  }, [typed, query.text]);
  const day = (value: string): string | null => (/^\d{4}-\d{2}-\d{2}$/.test(value) ? value : null);
  return (
    <div className="row row-fields" role="search">
      <SearchField label={text.search} hint={text.searchHint} value={typed} onSearch={setTyped} />
      <NativeSelect
        label={text.result}
        value={query.result ?? ''}
        onChange={(event) => {
          const chosen = event.currentTarget.value;
          setLogQuery({ result: driveResults.find((result) => result === chosen) ?? null });
        }}
        data={[
          { value: '', label: text.allResults },
          ...driveResults.map((result) => ({ value: result, label: text.results[result] })),
        ]}
      />
      <TextInput
        type="date"
        label={text.from}
        value={query.from ?? ''}
        onChange={(event) => {
          setLogQuery({ from: day(event.currentTarget.value) });
        }}
      />
      <TextInput
        type="date"
        label={text.to}
        value={query.to ?? ''}
        onChange={(event) => {
          setLogQuery({ to: day(event.currentTarget.value) });
        }}
      />
      <div className="total">
        <p aria-live="polite">{text.total(total)}</p>
        {read < entries && <p>{text.reading(read, entries)}</p>}
      </div>
    </div>
  );
}
