import { Button } from '@mantine/core';
import { IconFileDownload, IconFolderOpen } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { assertNever } from '../../../core/base/errors';
import type { MediaState } from '../../../core/media/media-state';
import { send } from '../../actions';
import { Busy } from '../../components/busy';
import { Panel } from '../../components/panel';
import { fileName } from '../../format';
import { useApp } from '../../store/app-store';
import { useText } from '../../text';
import { UseTrainingMedia } from './training-media';
import { Hashing, NoMedia, Proved, Refused, WaitingForHash } from './media-states';

/** The file that was chosen; null when there is none. */
export function pathOf(media: MediaState): string | null {
  if (media.status === 'none') return null;
  return 'path' in media ? media.path : media.media.path;
}

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
  const text = useText().media.file;
  const media = useApp((state) => state.media);
  const path = pathOf(media);
  return (
    <Panel title={text.title}>
      {path !== null && (
        <div>
          <p className="mono">
            <strong>{fileName(path)}</strong>
          </p>
          <p className="soft mono small">{path.slice(0, -fileName(path).length) || path}</p>
        </div>
      )}
      <div className="row media-choose" data-none={path === null}>
        {path === null && <IconFileDownload size={40} aria-hidden />}
        <Button
          variant={path === null ? 'filled' : 'default'}
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
