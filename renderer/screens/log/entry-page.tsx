import { useEffect, useState, type ReactElement } from 'react';
import type { LogEntry } from '../../../core/contract/app-log';
import { act } from '../../actions';
import { DetailList } from '../../components/details';
import { BootTestPicture } from '../../components/boot-test-picture';
import { Busy } from '../../components/busy';
import { Notice } from '../../components/notice';
import { Panel } from '../../components/panel';
import { PrintButton } from '../../components/print-button';
import { BackButton, ScreenHeader } from '../../components/screen-header';
import { isDialogOpen } from '../../dialog';
import { useText } from '../../text';
import { CertificateButton } from '../bench/erasure-body';
import { detailGroups } from './entry-details';

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
      if (event.key === 'Escape' && !isDialogOpen()) onBack();
    };
    document.addEventListener('keydown', onKey);
    return () => {
      left = true;
      document.removeEventListener('keydown', onKey);
    };
  }, [sequence, onBack]);

  return (
    <div className="screen screen-filled">
      <ScreenHeader id="entry-title" title={text.entry(sequence)}>
        <div className="row no-print">
          {found?.entry.record.kind === 'drive-sanitised' && (
            <CertificateButton sequence={sequence} outcome={found.entry.record.sanitised.outcome} />
          )}
          {found !== null && <PrintButton>{text.print}</PrintButton>}
          <BackButton autoFocus onBack={onBack}>
            {text.back}
          </BackButton>
        </div>
      </ScreenHeader>
      {found === null ? (
        <Busy>{text.loadingEntry}</Busy>
      ) : (
        <div className="fill" tabIndex={0} role="region" aria-labelledby="entry-title">
          {found.problems.length === 0 ? (
            <p className="toned" data-tone="good">
              {text.sound}
            </p>
          ) : (
            <Notice tone="bad" role="alert" title={text.problems}>
              <ul>
                {found.problems.map((problem) => (
                  <li key={problem}>{text.problem(sequence, problem)}</li>
                ))}
              </ul>
            </Notice>
          )}
          <div className="entry-groups">
            {detailGroups(found, text).map(({ title, details }) => (
              <Panel key={title} title={title}>
                <DetailList details={details} />
              </Panel>
            ))}
          </div>
          {found.entry.record.kind === 'drive-rehearsed' && found.entry.record.picture !== null && (
            <BootTestPicture sha256={found.entry.record.picture} />
          )}
        </div>
      )}
    </div>
  );
}
