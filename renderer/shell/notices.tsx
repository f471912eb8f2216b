import { Button } from '@mantine/core';
import type { ReactElement } from 'react';
import { tell } from '../actions';
import { ErrorCard } from '../components/error-card';
import { useApp } from '../store/app-store';
import { useText } from '../text';

/** What happened to the station, until each is dismissed. */
export function Notices(): ReactElement | null {
  const text = useText();
  const notices = useApp((state) => state.notices);
  if (notices.length === 0) return null;
  return (
    <section className="notices no-print" aria-label={text.bench.notices}>
      {notices.map(({ id, kind, error }) => (
        <ErrorCard key={id} error={error} kind={kind}>
          <Button
            size="sm"
            onClick={() => {
              tell('dismissNotice', { id });
            }}
          >
            {text.common.dismiss}
          </Button>
        </ErrorCard>
      ))}
    </section>
  );
}
