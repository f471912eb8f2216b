import { Button } from '@mantine/core';
import { IconAlertTriangle, IconCheck, IconCircleCheck, IconTrash } from '@tabler/icons-react';
import { useState, type ReactElement } from 'react';
import { formatBytes, sanitizeForDisplay } from '../../../core/base/display';
import type { LibraryMediaView } from '../../../core/contract/app-library';
import { dateWarnings, lateReasons } from '../../../core/media/media-dates';
import { dayOf } from '../../../core/base/day';
import { send } from '../../actions';
import { ConfirmButton } from '../../components/confirm-button';
import { DetailList } from '../../components/details';
import { Notice } from '../../components/notice';
import { Status } from '../../components/status';
import { formatTime } from '../../format';
import { useApp } from '../../store/app-store';
import { useText } from '../../text';
import { LibraryDetails } from './library-details';
import { useChosenOfLibrary } from './media-path';

interface CardProps {
  readonly media: LibraryMediaView;
}

/** Who stands for the media, and whether it can be written. */
function Proof({ media }: CardProps): ReactElement {
  const text = useText().library;
  const signer = sanitizeForDisplay(media.signer.name);
  if (media.problem !== null) {
    return (
      <Notice tone="bad" title={text.damaged}>
        <p>{media.problem}</p>
      </Notice>
    );
  }
  if (!media.trusted) return <Notice tone="bad">{text.notTrusted(signer)}</Notice>;
  return (
    <>
      <Status tone="good">
        <IconCircleCheck size={20} aria-hidden /> {text.signed(signer)}
      </Status>
      {media.path === null && (
        <Status tone="warn">
          <IconAlertTriangle size={20} aria-hidden /> {text.inParts}
        </Status>
      )}
    </>
  );
}

/** What speaks against shipping it, or will soon. */
function Late({ dates }: { readonly dates: NonNullable<LibraryMediaView['dates']> }): ReactElement | null {
  const shipBy = useApp(({ order }) => order?.shipBy ?? null);
  const shipping = { now: new Date(), shipBy };
  const [late] = lateReasons(dates, shipping);
  const [soon] = dateWarnings(dates, shipping);
  const words = late ?? soon;
  return words === undefined ? null : <Notice tone={late === undefined ? 'warn' : 'bad'}>{words}</Notice>;
}

function CardLines({ media }: CardProps): ReactElement {
  const text = useText().library;
  const { contents, images, dates, older } = media;
  const end = dates?.certificateEnd ?? null;
  const shipBy = dates?.shipBy ?? null;
  return (
    <DetailList
      details={[
        {
          name: text.contents,
          value:
            contents === null ? text.contentsUnknown : text.contentsLine(contents.packages, contents.bytes),
        },
        { name: text.size, value: formatBytes(media.bytes) },
        { name: text.certificateEnds, value: end === null ? text.certificateUnknown : dayOf(end) },
        ...(shipBy === null ? [] : [{ name: text.shipBy, value: shipBy }]),
        { name: text.images, value: text.imagesLine(images.count, images.bytes) },
        {
          name: text.received,
          value: text.receivedBy(formatTime(media.receivedAt), sanitizeForDisplay(media.operator)),
        },
        ...(older === undefined ? [] : [{ name: text.older, value: sanitizeForDisplay(older.reason, 200) }]),
      ]}
    />
  );
}

/** One media file of the library: what it is, who stands for it, and what can be done with it. */
export function LibraryCard({ media }: CardProps): ReactElement {
  const text = useText().library;
  const [opened, setOpened] = useState(false);
  const isChosen = useChosenOfLibrary()?.sha256 === media.sha256;
  const running = useApp(({ jobs }) => jobs.some(({ canCancel }) => canCancel));
  const receiving = useApp(({ library }) => library.receiving?.status === 'running');
  const { sha256, revision } = media;
  const name = sanitizeForDisplay(media.name);
  const version = sanitizeForDisplay(media.version);
  const canBeUsed = media.path !== null && media.problem === null && media.trusted;
  return (
    <li className="library-card surface" data-chosen={isChosen} data-opened={opened}>
      <div>
        <h3 className="anywhere">{name}</h3>
        <p className="soft anywhere">{text.version(version, revision)}</p>
      </div>
      <Proof media={media} />
      {media.dates !== undefined && <Late dates={media.dates} />}
      <CardLines media={media} />
      <div className="row">
        {isChosen ? (
          <Status tone="good">
            <IconCheck size={20} stroke={3} aria-hidden /> {text.chosen}
          </Status>
        ) : (
          canBeUsed && (
            <Button
              aria-label={text.useNamed(name, version)}
              onClick={() => {
                send('chooseFromLibrary', { sha256 });
              }}
            >
              {text.use}
            </Button>
          )
        )}
        <Button
          size="sm"
          aria-expanded={opened}
          aria-label={text.detailsNamed(name, version)}
          onClick={() => {
            setOpened(!opened);
          }}
        >
          {text.details}
        </Button>
        {!isChosen && (
          <ConfirmButton
            compact
            className="push"
            disabled={running || receiving}
            label={text.remove}
            name={text.removeNamed(name, version)}
            icon={<IconTrash size={18} aria-hidden />}
            question={text.removeQuestion(name, version)}
            yes={text.removeYes}
            no={text.removeNo}
            onConfirm={() => {
              send('removeFromLibrary', { sha256 });
            }}
          />
        )}
      </div>
      {opened && <LibraryDetails sha256={sha256} />}
    </li>
  );
}
