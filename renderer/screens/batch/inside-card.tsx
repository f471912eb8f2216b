import { IconAlertTriangle, IconCheck } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { formatBytes, sanitizeForDisplay } from '../../../core/base/display';
import type { Bootable } from '../../../core/boot/preflight';
import type { Media } from '../../../core/media/media';
import { act } from '../../actions';
import { fileName } from '../../format';
import { Facts } from '../../components/details';
import { Mono } from '../../components/mono';
import { useApp } from '../../store/app-store';
import { useText } from '../../text';
import { Choices } from './choices';

function Images({ media }: { readonly media: Media }): ReactElement {
  const text = useText().batch.inside;
  const imageIndex = useApp(({ batch }) => batch.imageIndex);
  const known = media.images.some(({ index }) => index === imageIndex);
  if (media.images.length === 0) return <p className="batch-warning">{text.noImages}</p>;
  return (
    <>
      {!known && (
        <p className="batch-warning">
          <IconAlertTriangle size={20} aria-hidden /> {text.imageMissing(imageIndex)}
        </p>
      )}
      <Choices
        legend={text.image}
        name="batch-image"
        value={String(imageIndex)}
        choices={media.images.map((image) => ({
          value: String(image.index),
          label: text.imageName(image.index, sanitizeForDisplay(image.name)),
          description: (
            <>
              {text.imageSize(formatBytes(image.bytes), image.files, image.directories)}
              {image.description !== null && image.description !== image.name && (
                <span className="batch-image-about">{sanitizeForDisplay(image.description, 200)}</span>
              )}
            </>
          ),
        }))}
        onChoose={async (index) => (await act('setBatch', { imageIndex: Number(index) })) !== null}
      />
    </>
  );
}

function Boots({ bootable }: { readonly bootable: Bootable }): ReactElement {
  const text = useText().batch.inside;
  if (bootable.bootable) {
    return (
      <p className="batch-good">
        <IconCheck size={20} stroke={3} aria-hidden />{' '}
        {text.bootable(bootable.loaders.map(({ cpu }) => cpu).join(', '))}
      </p>
    );
  }
  return (
    <div className="batch-warning">
      <IconAlertTriangle size={20} aria-hidden />
      <div>
        <p>{text.notBootable}</p>
        <ul className="batch-list">
          {bootable.problems.map((problem) => (
            <li key={problem}>{sanitizeForDisplay(problem, 400)}</li>
          ))}
        </ul>
        <p>{text.bootableHint}</p>
      </div>
    </div>
  );
}

function MediaFacts({ media }: { readonly media: Media }): ReactElement {
  const text = useText().batch.inside;
  return (
    <Facts
      facts={[
        { name: text.size, value: formatBytes(media.bytes) },
        {
          name: text.compression,
          value: `${text.compressions[media.compression]}${media.solid ? text.solid : ''}`,
        },
        {
          name: text.parts,
          value:
            media.files.length < 2 ? (
              text.partCount(media.parts)
            ) : (
              <details className="batch-parts">
                <summary>
                  {text.partCount(media.parts)}. {text.partFiles}
                </summary>
                <ol>
                  {media.files.map((path) => (
                    <li key={path}>
                      <Mono>{fileName(path)}</Mono>
                    </li>
                  ))}
                </ol>
              </details>
            ),
        },
        { name: text.integrity, value: media.integrityTable ? text.integrityYes : text.integrityNo },
        { name: text.guid, value: <Mono>{media.guid}</Mono> },
      ]}
    />
  );
}

/** What the media holds: which image is written, and what a technician should know of it. */
export function InsideCard(): ReactElement | null {
  const text = useText().batch.inside;
  const media = useApp((state) => ('media' in state.media ? state.media.media : null));
  if (media === null) return null;
  return (
    <section className="batch-card" aria-labelledby="batch-inside">
      <h2 id="batch-inside">{text.title}</h2>
      <Images media={media} />
      <div>
        <h3 className="batch-subtitle">{text.boots}</h3>
        <Boots bootable={media.bootable} />
      </div>
      {media.warnings.length > 0 && (
        <div>
          <h3 className="batch-subtitle">{text.warnings}</h3>
          <ul className="batch-warnings">
            {media.warnings.map((warning) => (
              <li key={warning} className="batch-warning">
                <IconAlertTriangle size={20} aria-hidden /> {sanitizeForDisplay(warning, 400)}
              </li>
            ))}
          </ul>
        </div>
      )}
      <MediaFacts media={media} />
    </section>
  );
}
