import { Button } from '@mantine/core';
import { IconFolderDown, IconNetwork, IconTrash } from '@tabler/icons-react';
import { useEffect, useState, type ReactElement } from 'react';
import { sanitizeForDisplay } from '../../../core/base/display';
import type { LibraryState } from '../../../core/contract/app-library';
import { newestOf } from '../../../core/delivery/library-rules';
import { send } from '../../actions';
import { ConfirmButton } from '../../components/confirm-button';
import { ErrorCard } from '../../components/error-card';
import { Panel } from '../../components/panel';
import { useApp } from '../../store/app-store';
import { useText } from '../../text';
import { LibraryCard } from './library-card';
import { pathOf } from './media-path';
import { OtherStation } from './other-station';
import { ReceivingNotice } from './receiving-notice';
import { TrustedKeys } from './trusted-keys';
import './library.css';

/** What is left of deliveries that were not finished. */
function Unfinished({ unfinished }: Pick<LibraryState, 'unfinished'>): ReactElement {
  const text = useText().library;
  return (
    <div className="stack close">
      <h3>{text.unfinished}</h3>
      <p className="soft">{text.unfinishedHint}</p>
      <ul className="stack close">
        {unfinished.map(({ sha256, ...media }) => {
          const name = sanitizeForDisplay(media.name);
          const version = sanitizeForDisplay(media.version);
          return (
            <li key={sha256} className="row spread sunken">
              <span className="anywhere">
                {name} {version}
              </span>
              <ConfirmButton
                compact
                label={text.remove}
                name={text.removeNamed(name, version)}
                icon={<IconTrash size={18} aria-hidden />}
                question={text.removeRestQuestion(name, version)}
                yes={text.removeYes}
                no={text.removeNo}
                onConfirm={() => {
                  send('removeFromLibrary', { sha256 });
                }}
              />
            </li>
          );
        })}
      </ul>
    </div>
  );
}

/** Media that were received, and the way to receive one. */
export function LibraryPanel(): ReactElement {
  const { library: text, mirror } = useText();
  const [asked, setAsked] = useState(false);
  const other = useApp((state) => state.mirror.status);
  const { media, unfinished, receiving, error } = useApp(({ library }) => library);
  const chosen = useApp((state) => pathOf(state.media));
  const { shown, older } = newestOf(media, chosen);
  useEffect(() => {
    send('refreshLibrary', {});
  }, []);
  const isRunning = receiving?.status === 'running';
  const isEmpty = media.length === 0 && error === null && !isRunning;
  return (
    <Panel
      title={text.title}
      intro={text.intro}
      beside={
        <>
          {other === 'off' && !asked && (
            <Button
              leftSection={<IconNetwork size={20} aria-hidden />}
              onClick={() => {
                setAsked(true);
              }}
            >
              {mirror.open}
            </Button>
          )}
          <Button
            disabled={isRunning}
            leftSection={<IconFolderDown size={20} aria-hidden />}
            onClick={() => {
              send('chooseDelivery', {});
            }}
          >
            {text.receive}
          </Button>
        </>
      }
    >
      <div className="live" role="status" aria-live={isRunning ? 'off' : 'polite'}>
        {receiving !== null && <ReceivingNotice receiving={receiving} />}
      </div>
      <OtherStation
        asked={asked}
        onClose={() => {
          setAsked(false);
        }}
      />
      {error !== null && <ErrorCard error={error} />}
      {isEmpty && chosen !== null && <p className="soft">{text.empty}</p>}
      {isEmpty && chosen === null && (
        <div className="library-empty">
          <p>
            <strong>{text.empty}</strong>
          </p>
          <p className="soft">{text.emptyHint}</p>
          <p className="soft">{text.orDrop}</p>
        </div>
      )}
      {shown.length > 0 && (
        <ul className="library-cards">
          {shown.map((one) => (
            <LibraryCard key={one.sha256} media={one} />
          ))}
        </ul>
      )}
      {older.length > 0 && (
        <details>
          <summary>{text.olderMedia(older.length)}</summary>
          <ul className="library-cards">
            {older.map((one) => (
              <LibraryCard key={one.sha256} media={one} />
            ))}
          </ul>
        </details>
      )}
      {unfinished.length > 0 && !isRunning && <Unfinished unfinished={unfinished} />}
      <TrustedKeys />
    </Panel>
  );
}
