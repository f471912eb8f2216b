import { Button, Loader } from '@mantine/core';
import { IconArrowLeft } from '@tabler/icons-react';
import { useEffect, useState, type ReactElement } from 'react';
import type { LogEntry } from '../../../core/contract/app-log';
import { act } from '../../actions';
import { Facts } from '../../components/details';
import { RehearsalPicture } from '../../components/boot-test-picture';
import { useText } from '../../text';
import { factGroups } from './entry-details';

interface EntryPageProps {
  readonly sequence: number;
  readonly onBack: () => void;
}

/** Everything that is known of one entry. Escape goes back. */
export function EntryPage({ sequence, onBack }: EntryPageProps): ReactElement {
  const text = useText().log;
  const [found, setFound] = useState<LogEntry | null>(null);
  useEffect(() => {
    let left = false;
    void act('getLogEntry', { sequence }).then((entry) => {
      if (left) return;
      // What went wrong is shown as a message; there is nothing to show here.
      if (entry === null) onBack();
      else setFound(entry);
    });
    const onKey = (event: globalThis.KeyboardEvent): void => {
      // A dialog above, such as the start's, is closed first.
      if (event.key === 'Escape' && document.querySelector('[role="dialog"]') === null) onBack();
    };
    document.addEventListener('keydown', onKey);
    return () => {
      left = true;
      document.removeEventListener('keydown', onKey);
    };
  }, [sequence, onBack]);

  return (
    <div className="log entry">
      <div className="log-head">
        <h1 id="entry-title" className="screen-title">
          {text.entry(sequence)}
        </h1>
        <Button leftSection={<IconArrowLeft size={20} aria-hidden />} onClick={onBack} autoFocus>
          {text.back}
        </Button>
      </div>
      {found === null ? (
        <p>
          <Loader size="sm" /> {text.loadingEntry}
        </p>
      ) : (
        <div className="entry-scroll" tabIndex={0} role="region" aria-labelledby="entry-title">
          {found.problems.length === 0 ? (
            <p className="entry-sound">{text.sound}</p>
          ) : (
            <div className="entry-problems" role="alert">
              <p>{text.problems}</p>
              <ul>
                {found.problems.map((problem) => (
                  <li key={problem}>{text.problem(sequence, problem)}</li>
                ))}
              </ul>
            </div>
          )}
          <div className="entry-groups">
            {factGroups(found, text).map(({ title, facts }) => (
              <section key={title} className="entry-group" aria-label={title}>
                <h2>{title}</h2>
                <Facts facts={facts} />
              </section>
            ))}
          </div>
          {found.entry.record.kind === 'drive-rehearsed' && found.entry.record.picture !== null && (
            <RehearsalPicture sha256={found.entry.record.picture} />
          )}
        </div>
      )}
    </div>
  );
}
