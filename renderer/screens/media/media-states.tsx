import { Button } from '@mantine/core';
import { IconHourglass, IconX } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import type { MediaState, WantedMedia } from '../../../core/media/media-state';
import { formatBytes } from '../../../core/base/display';
import { act, send } from '../../actions';
import { percentOf } from '../../format';
import { ErrorCard } from '../../components/error-card';
import { Notice } from '../../components/notice';
import { ProgressBar } from '../../components/progress-bar';
import { useApp } from '../../store/app-store';
import { useText } from '../../text';
import { useIsLate } from './dates-notice';
import { expectedInCause } from './hash';
import { HashForm } from './hash-form';
import { TrainingHash } from './training-media';
import { HashBeginning, HashComparison, HashView } from './hash-view';

/** The media: a component for each state that it can be in. */

type Of<S extends MediaState['status']> = Extract<MediaState, { status: S }>;

/** What was scanned and waits for its file. */
function Wanted({ wanted }: { readonly wanted: WantedMedia }): ReactElement {
  const text = useText().media.file;
  const { ticket, sha256 } = wanted;
  return (
    <Notice
      tone="info"
      title={<h3>{ticket === null ? text.chooseHash : text.chooseNamed(ticket.name)}</h3>}
      actions={
        <Button
          size="sm"
          onClick={() => {
            send('clearMedia', {});
          }}
        >
          {text.forget}
        </Button>
      }
    >
      {ticket !== null && <p>{text.fromTicket(ticket.orderNumber)}</p>}
      <HashView name={text.expected} sha256={sha256} />
    </Notice>
  );
}

/** Teaches what is needed, where nothing is chosen yet; says what was scanned. */
export function NoMedia({ media: { wanted } }: { readonly media: Of<'none'> }): ReactElement {
  const text = useText().media.file;
  if (wanted !== undefined) return <Wanted wanted={wanted} />;
  return (
    <dl className="stack media-teach">
      <div>
        <dt>{text.whatIsMedia}</dt>
        <dd>{text.whatIsMediaAnswer}</dd>
      </div>
      <div>
        <dt>{text.whatIsHash}</dt>
        <dd>{text.whatIsHashAnswer}</dd>
      </div>
    </dl>
  );
}

/** How much of the media was hashed; the hash can be given meanwhile. */
export function Hashing({ media }: { readonly media: Of<'hashing'> }): ReactElement {
  const text = useText().media.file;
  const { done, total } = media.progress;
  const percent = percentOf(done, total);
  return (
    <>
      <div className="stack">
        <p className="row spread">
          <strong>{text.hashing}</strong>{' '}
          <span>{text.progress(percent, formatBytes(done), formatBytes(total))}</span>
        </p>
        <ProgressBar thick label={text.hashing} percent={percent} />
        <p className="soft">{text.hashingHint}</p>
      </div>
      {media.expected === null ? (
        <>
          <p>{text.expectedNobody}</p>
          <HashForm />
        </>
      ) : (
        <>
          <p>{text.expectedFrom(media.expected.source)}</p>
          <HashView name={text.expected} sha256={media.expected.sha256} />
        </>
      )}
    </>
  );
}

/** The media is hashed, and nobody has said yet what the hash should be. */
export function WaitingForHash({ media }: { readonly media: Of<'waiting-for-hash'> }): ReactElement {
  const text = useText().media.file;
  const path = useApp(({ station }) => station.trainingMedia?.path);
  return (
    <>
      <Notice large tone="warn" icon={IconHourglass} title={text.waiting}>
        <p>{text.waitingExplained}</p>
      </Notice>
      <HashBeginning name={text.foundSha} sha256={media.sha256} />
      <p>{text.waitingWhat}</p>
      {path === media.media.path && <TrainingHash />}
      <HashForm />
    </>
  );
}

/** The media is what was sent. */
export function Proved({ media }: { readonly media: Of<'proved'> }): ReactElement {
  const text = useText().media.file;
  const late = useIsLate();
  return (
    <>
      <Notice large tone="good" title={text.proved}>
        <p>
          {late ? text.provedLate : text.provedHint} {text.whoSaid(media.expected.source)}
        </p>
      </Notice>
      <HashView name={text.sha} sha256={media.sha256} />
    </>
  );
}

/** Index 1 first: the station looks at the image that the batch names. */
async function lookAtFirst(path: string): Promise<void> {
  if ((await act('setBatch', { imageIndex: 1 })) !== null) send('selectMedia', { path });
}

/** The media cannot be used: why, and what to do. */
export function Refused({ media }: { readonly media: Of<'refused'> }): ReactElement {
  const text = useText().media.file;
  const { error, sha256, path } = media;
  const mismatch = error.code === 'media-hash-mismatch';
  const expected = mismatch ? expectedInCause(error.cause) : null;
  return (
    <>
      <Notice large tone="bad" icon={IconX} title={text.refused}>
        <p>{text.refusedHint}</p>
      </Notice>
      {/* What was found is shown below, and not as text to be copied into the field. */}
      <ErrorCard error={mismatch ? { ...error, cause: null } : error} />
      {expected !== null && sha256 !== null && expected !== sha256 ? (
        <HashComparison expected={expected} found={sha256} />
      ) : (
        sha256 !== null && <HashView own={mismatch} name={text.foundSha} sha256={sha256} />
      )}
      {mismatch && (
        <>
          <h3>{text.otherHash}</h3>
          <p>{text.otherHashHint}</p>
          <HashForm />
        </>
      )}
      <div className="row">
        <Button
          onClick={() => {
            send('selectMedia', { path });
          }}
        >
          {text.again}
        </Button>
        {error.code === 'media-image-missing' && (
          <Button
            onClick={() => {
              void lookAtFirst(path);
            }}
          >
            {text.lookAtFirst}
          </Button>
        )}
      </div>
    </>
  );
}
