import { Button } from '@mantine/core';
import { useState, type ReactElement } from 'react';
import { formatBytes, sanitizeForDisplay } from '../../../core/base/display';
import type { AppMirror, MirrorWanted, OfferedImage, OfferedMedia } from '../../../core/contract/app-mirror';
import { send } from '../../actions';
import { DataTable, Tick } from '../../components/data-table';
import { ErrorCard } from '../../components/error-card';
import { Mono } from '../../components/mono';
import { Notice } from '../../components/notice';
import { ProgressBar } from '../../components/progress-bar';
import { percentOf } from '../../format';
import { useText, type Text } from '../../text';
import { TrustKey } from './trust-key';

type Listed = Extract<AppMirror, { status: 'listed' }>;

interface OfferProps {
  readonly mirror: Listed;
}

/** What another station has, what of it is chosen, and how far it is fetched. */
export function StationOffer({
  mirror,
  onClose,
}: OfferProps & { readonly onClose: () => void }): ReactElement {
  const text = useText().mirror;
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const { station, address, certificate, media, images, getting } = mirror;
  // What has come is not chosen any more.
  const chosenMedia = media.filter(({ sha256, state }) => state === 'offered' && ticked.has(sha256));
  const chosenImages = images.filter(({ key, state }) => state === 'offered' && ticked.has(key));
  const bytes = [...chosenMedia, ...chosenImages].reduce((sum, one) => sum + one.bytes, 0);
  const tick = (names: readonly string[], checked: boolean): void => {
    setTicked((before) => {
      const after = new Set(before);
      for (const name of names) {
        if (checked) after.add(name);
        else after.delete(name);
      }
      return after;
    });
  };
  return (
    <>
      <p>{text.of(station, address)}</p>
      <p className="soft anywhere">
        <Mono>{certificate}</Mono>
      </p>
      <div className="live" role="status" aria-live={getting === null ? 'polite' : 'off'}>
        {getting !== null && <Getting mirror={mirror} />}
        {getting === null && <Ended mirror={mirror} />}
      </div>
      <DataTable
        label={text.table(station)}
        columns={[null, ...text.columns]}
        empty={media.length + images.length === 0 ? text.none : null}
      >
        {inOrder(media, images).map((one) => (
          <Row
            key={one.is === 'media' ? one.media.sha256 : one.image.key}
            row={one}
            ticked={ticked}
            busy={getting !== null}
            onTick={tick}
          />
        ))}
      </DataTable>
      {getting === null && (
        <>
          <p className="soft">{text.chooseHint}</p>
          <div className="row">
            <Button
              disabled={chosenMedia.length + chosenImages.length === 0}
              onClick={() => {
                const wanted: MirrorWanted = {
                  media: chosenMedia.map(({ sha256 }) => sha256),
                  images: chosenImages.map(({ key }) => key),
                };
                send('getFromStation', wanted);
              }}
            >
              {text.get(chosenMedia.length, chosenImages.length, bytes)}
            </Button>
            <Button
              onClick={() => {
                send('reachStation', { station: address, fingerprint: certificate });
              }}
            >
              {text.again}
            </Button>
            <Button onClick={onClose}>{text.close}</Button>
          </div>
        </>
      )}
    </>
  );
}

type OfferRow =
  | { readonly is: 'media'; readonly media: OfferedMedia; readonly images: readonly OfferedImage[] }
  | { readonly is: 'image'; readonly image: OfferedImage; readonly media: OfferedMedia | null };

/** Each media file with its disk images below it, then the disk images of media that are not offered. */
function inOrder(media: readonly OfferedMedia[], images: readonly OfferedImage[]): OfferRow[] {
  const known = new Set(media.map(({ sha256 }) => sha256));
  const image = (one: OfferedImage, of: OfferedMedia | null): OfferRow => ({
    ...{ is: 'image', image: one, media: of },
  });
  return [
    ...media.flatMap((one): OfferRow[] => {
      const made = images.filter(({ mediaSha256 }) => mediaSha256 === one.sha256);
      return [{ is: 'media', media: one, images: made }, ...made.map((each) => image(each, one))];
    }),
    ...images.filter(({ mediaSha256 }) => !known.has(mediaSha256)).map((one) => image(one, null)),
  ];
}

interface RowProps {
  readonly row: OfferRow;
  readonly ticked: ReadonlySet<string>;
  readonly busy: boolean;
  readonly onTick: (names: readonly string[], checked: boolean) => void;
}

function Row({ row, ticked, busy, onTick }: RowProps): ReactElement {
  const text = useText().mirror;
  const { state, bytes } = row.is === 'media' ? row.media : row.image;
  const id = row.is === 'media' ? row.media.sha256 : row.image.key;
  const name = row.is === 'media' ? mediaName(row.media, text) : imageDetails(row.image, text);
  // A media file is chosen with the disk images that were made from it.
  const names =
    row.is === 'media'
      ? [id, ...row.images.filter((image) => image.state === 'offered').map(({ key }) => key)]
      : [id];
  return (
    <tr data-under={row.is === 'image' && row.media !== null}>
      <td>
        {state === 'offered' && !busy && (
          <Tick
            name={row.is === 'media' ? text.choose(name) : text.chooseImage(name)}
            checked={ticked.has(id)}
            onTick={(checked) => {
              onTick(names, checked);
            }}
          />
        )}
      </td>
      <td className="nowrap">{row.is === 'media' ? text.media : text.image}</td>
      <td>
        {row.is === 'media' ? <strong className="anywhere">{name}</strong> : name}
        {row.is === 'image' && row.media === null && (
          <span className="soft"> {text.imageOfUnknown(row.image.mediaSha256)}</span>
        )}
      </td>
      <td className="nowrap">{formatBytes(bytes)}</td>
      <td>{text.states[state]}</td>
    </tr>
  );
}

function mediaName({ name, version, revision }: OfferedMedia, text: Text['mirror']): string {
  return text.mediaName(sanitizeForDisplay(name, 60), sanitizeForDisplay(version, 40), revision);
}

function imageDetails(
  { imageIndex, layout, driveSize, sectorSize }: OfferedImage,
  text: Text['mirror'],
): string {
  return text.imageOf(imageIndex, sanitizeForDisplay(layout, 40), driveSize, sectorSize);
}

/** How far it is. */
function Getting({ mirror: { station, media, images, getting } }: OfferProps): ReactElement | null {
  const text = useText().mirror;
  if (getting === null) return null;
  const { id, progress, silent, cancelling } = getting;
  const image = images.find(({ key }) => key === id);
  const found = media.find(({ sha256 }) => sha256 === (image?.mediaSha256 ?? id));
  const known = found === undefined ? (id ?? '').slice(0, 8) : mediaName(found, text);
  const name = id === null ? null : image === undefined ? known : text.imageName(known);
  const percent = progress === null ? null : percentOf(progress.done, progress.total);
  return (
    <div className="stack">
      <h4 className="anywhere">{text.getting(name)}</h4>
      <p className="row spread">
        <span>{cancelling ? text.cancelling : text.phase(progress?.phase ?? null)}</span>
        {progress !== null && percent !== null && (
          <span>{text.progress(percent, formatBytes(progress.done), formatBytes(progress.total))}</span>
        )}
      </p>
      <ProgressBar thick label={text.getting(name)} percent={percent} />
      {silent && (
        <Notice tone="warn" title={text.silent(station)} role="alert">
          <p>{text.silentHint}</p>
        </Notice>
      )}
      <div className="row spread">
        <p className="soft">{text.hint}</p>
        <Button
          disabled={cancelling}
          onClick={() => {
            send('cancelMirror', {});
          }}
        >
          {text.cancel}
        </Button>
      </div>
    </div>
  );
}

/** What became of it, and the way to go on. */
function Ended({ mirror: { station, media, images, broken } }: OfferProps): ReactElement | null {
  const text = useText().mirror;
  if (broken === null) {
    const gotMedia = media.filter(({ state }) => state === 'got').length;
    const gotImages = images.filter(({ state }) => state === 'got').length;
    if (gotMedia + gotImages === 0) return null;
    return (
      <Notice tone="good" title={text.got(station, gotMedia, gotImages)}>
        <p>{text.gotHint}</p>
      </Notice>
    );
  }
  const { wanted, error } = broken;
  const goOn = (
    <Button
      onClick={() => {
        send('getFromStation', wanted);
      }}
    >
      {text.goOn}
    </Button>
  );
  if (error === null) {
    return (
      <Notice tone="info" title={text.cancelled} actions={goOn}>
        <p>{text.cancelledHint}</p>
      </Notice>
    );
  }
  return (
    <div className="stack">
      <ErrorCard error={error}>{goOn}</ErrorCard>
      {error.code === 'delivery-key-unknown' && <TrustKey />}
    </div>
  );
}
