import { NativeSelect, TextInput } from '@mantine/core';
import { useEffect, useState, type ReactElement } from 'react';
import { logKinds, logQuerySchema, logResults } from '../../../core/contract/app-log';
import { forgetScan } from '../../actions';
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
  return (
    <div className="row row-fields" role="search">
      <SearchField
        label={text.search}
        hint={text.searchHint}
        value={typed}
        onSearch={(sought) => {
          setTyped(sought);
          forgetScan();
        }}
      />
      <NativeSelect
        label={text.kind}
        value={query.kind ?? ''}
        onChange={(event) => {
          const chosen = event.currentTarget.value;
          setLogQuery({ kind: logKinds.find((kind) => kind === chosen) ?? null });
        }}
        data={[
          { value: '', label: text.allKinds },
          ...logKinds.map((kind) => ({ value: kind, label: text.kinds[kind] })),
        ]}
      />
      <NativeSelect
        label={text.result}
        value={query.result ?? ''}
        onChange={(event) => {
          const chosen = event.currentTarget.value;
          setLogQuery({ result: logResults.find((result) => result === chosen) ?? null });
        }}
        data={[
          { value: '', label: text.allResults },
          ...logResults.map((result) => ({ value: result, label: text.results[result] })),
        ]}
      />
      <DayInput
        label={text.from}
        value={query.from}
        onChange={(from) => {
          setLogQuery({ from });
        }}
      />
      <DayInput
        label={text.to}
        value={query.to}
        onChange={(to) => {
          setLogQuery({ to });
        }}
      />
      <div className="total">
        <p aria-live="polite">{text.total(total)}</p>
        {read < entries && <p>{text.reading(read, entries)}</p>}
      </div>
    </div>
  );
}

interface DayInputProps {
  readonly label: string;
  /** YYYY-MM-DD. */
  readonly value: string | null;
  readonly onChange: (value: string | null) => void;
}

/** A day as the log writes it. The browser's own field would write it as the computer's language does. */
function DayInput({ label, value, onChange }: DayInputProps): ReactElement {
  const text = useText().log;
  const [typed, setTyped] = useState(value ?? '');
  const day = dayOf(typed);
  return (
    <TextInput
      className="log-day"
      label={label}
      placeholder={text.dayForm}
      value={typed}
      error={day === null && typed.trim().length >= text.dayForm.length ? text.dayWrong : null}
      maxLength={10}
      inputMode="numeric"
      autoComplete="off"
      onChange={(event) => {
        const next = event.currentTarget.value;
        setTyped(next);
        const changed = dayOf(next);
        if (changed !== value && (changed !== null || next.trim() === '')) onChange(changed);
      }}
    />
  );
}

/** A day that exists; null when it does not, or is still being typed. */
function dayOf(typed: string): string | null {
  const parsed = logQuerySchema.shape.from.safeParse(typed.trim());
  return parsed.success ? parsed.data : null;
}
