import { Button } from '@mantine/core';
import { IconFileDownload, IconFolderOpen } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { sanitizeForDisplay } from '../../../core/base/display';
import { assertNever } from '../../../core/base/errors';
import type { MediaState } from '../../../core/media/media-state';
import { send } from '../../actions';
import { Busy } from '../../components/busy';
import { Panel } from '../../components/panel';
import { fileName } from '../../format';
import { useApp } from '../../store/app-store';
import { useText } from '../../text';
import { pathOf, useChosenOfLibrary } from './media-path';
import { UseTrainingMedia } from './training-media';
import { Hashing, NoMedia, Proved, Refused, WaitingForHash } from './media-states';

function StateOf({ media }: { readonly media: MediaState }): ReactElement {
  const text = useText().media.file;
  switch (media.status) {
    case 'none':
      return <NoMedia media={media} />;
    case 'inspecting':
      return <Busy>{text.inspecting}</Busy>;
    case 'hashing':
      return <Hashing media={media} />;
    case 'waiting-for-hash':
      return <WaitingForHash media={media} />;
    case 'proved':
      return <Proved media={media} />;
    case 'refused':
      return <Refused media={media} />;
    default:
      return assertNever(media);
  }
}

/** The media: which file, and how far it is from being proved. */
export function MediaCard(): ReactElement {
  const {
    media: { file: text },
    library,
  } = useText();
  const media = useApp((state) => state.media);
  const path = pathOf(media);
  const received = useChosenOfLibrary();
  const hasLibrary = useApp(({ library }) => library.media.length > 0);
  return (
    <Panel title={text.title}>
      {path !== null && (
        <div>
          <p className="mono">
            <strong>{fileName(path)}</strong>
          </p>
          {received === null ? (
            <p className="soft mono small">{path.slice(0, -fileName(path).length) || path}</p>
          ) : (
            <p className="soft">
              {library.from(
                sanitizeForDisplay(received.name),
                sanitizeForDisplay(received.version),
                sanitizeForDisplay(received.signer.name),
              )}
            </p>
          )}
        </div>
      )}
      <div className="row media-choose" data-none={path === null}>
        {path === null && <IconFileDownload size={40} aria-hidden />}
        <Button
          variant={path === null && !hasLibrary ? 'filled' : 'default'}
          leftSection={<IconFolderOpen size={20} aria-hidden />}
          onClick={() => {
            send('chooseMedia', {});
          }}
        >
          {path === null ? text.choose : text.chooseOther}
        </Button>
        {path === null && <UseTrainingMedia />}
        {path !== null && (
          <Button
            onClick={() => {
              send('clearMedia', {});
            }}
          >
            {text.clear}
          </Button>
        )}
        <p className="soft">{text.orDrop}</p>
      </div>
      <div className="stack" role="status" aria-live="off">
        <StateOf media={media} />
      </div>
    </Panel>
  );
}
