import { IconCheck } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { formatBytes, sanitizeForDisplay } from '../../../core/base/display';
import type { Demand } from '../../../core/boot/boot-details';
import { managerLines, programWords } from '../../../core/boot/loader-choice';
import type { Bootable } from '../../../core/boot/preflight';
import { foldedPack, modelText, type MediaDrivers } from '../../../core/drivers/driver-table';
import type { Media } from '../../../core/media/media';
import { act } from '../../actions';
import { fileName } from '../../format';
import { Choices } from '../../components/choices';
import { DetailList } from '../../components/details';
import { Mono } from '../../components/mono';
import { Notice } from '../../components/notice';
import { Panel } from '../../components/panel';
import { Status } from '../../components/status';
import { useApp } from '../../store/app-store';
import { useText } from '../../text';
import { LoaderDoubts } from './loader-card';

function Images({ media }: { readonly media: Media }): ReactElement {
  const text = useText().media.inside;
  const imageIndex = useApp(({ batch }) => batch.imageIndex);
  const known = media.images.some(({ index }) => index === imageIndex);
  if (media.images.length === 0) return <Notice tone="warn">{text.noImages}</Notice>;
  return (
    <>
      {!known && <Notice tone="warn">{text.imageMissing(imageIndex)}</Notice>}
      <Choices
        legend={text.image}
        name="media-image"
        value={String(imageIndex)}
        choices={media.images.map((image) => ({
          value: String(image.index),
          label: text.imageName(image.index, sanitizeForDisplay(image.name)),
          description: (
            <>
              {text.imageSize(formatBytes(image.bytes), image.files, image.directories)}
              {image.description !== null && image.description !== image.name && (
                <>
                  <br />
                  {sanitizeForDisplay(image.description, 200)}
                </>
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
  const text = useText().media.inside;
  if (bootable.bootable) {
    return (
      <Status tone="good">
        <IconCheck size={20} stroke={3} aria-hidden />
        {text.bootable(bootable.loaders.map(({ cpu }) => cpu).join(', '))}
      </Status>
    );
  }
  return (
    <Notice tone="warn">
      <p>{text.notBootable}</p>
      <ul className="bullets">
        {bootable.problems.map((problem) => (
          <li key={problem}>{sanitizeForDisplay(problem, 400)}</li>
        ))}
      </ul>
      <p>{text.bootableHint}</p>
    </Notice>
  );
}

/** Everything that a machine's firmware and the boot manager ask, with what was found. */
function Demands({ bootable }: { readonly bootable: Bootable }): ReactElement {
  const text = useText().media.inside;
  const count = (wanted: Demand['state']): number =>
    bootable.demands.filter(({ state }) => state === wanted).length;
  return (
    <details>
      <summary>{text.demands(count('met'), count('not-met'), count('unknown'))}</summary>
      <DetailList
        details={bootable.demands.map(({ asks, state, found }) => ({
          name: `${asks}.`,
          value: `${text.demandStates[state]}: ${sanitizeForDisplay(found, 400)}`,
        }))}
      />
    </details>
  );
}

/** Who signed the programs on the EFI partition, and which machines start them. */
function Programs({ bootable }: { readonly bootable: Bootable }): ReactElement | null {
  const text = useText().media.inside;
  const { programs = [] } = bootable;
  if (programs.length === 0) return null;
  return (
    <details>
      <summary>{text.programs(programs.length)}</summary>
      <DetailList
        details={programs.map((program) => ({
          name: program.place,
          value: sanitizeForDisplay(programWords(program), 500),
        }))}
      />
      <ul className="bullets soft">
        {managerLines(bootable).map((line) => (
          <li key={line}>{sanitizeForDisplay(line, 400)}</li>
        ))}
      </ul>
    </details>
  );
}

/** Driver packs with their models; what is in the table and not in the media is said. */
function Packs({ drivers }: { readonly drivers: MediaDrivers }): ReactElement {
  const text = useText().media.inside;
  const there = new Set(drivers.folders.map(foldedPack));
  const packs = drivers.table ?? [];
  if (packs.length === 0) return <>{text.packsWithoutTable(drivers.folders.length)}</>;
  return (
    <details>
      <summary>{text.packs(packs.length)}</summary>
      <ul>
        {packs.map(({ pack, models }) => (
          <li key={pack}>
            {pack}: {sanitizeForDisplay(models.map(modelText).join('; '), 400)}
            {there.has(foldedPack(pack)) ? '' : ` (${text.packMissing})`}
          </li>
        ))}
      </ul>
    </details>
  );
}

function MediaDetails({ media }: { readonly media: Media }): ReactElement {
  const text = useText().media.inside;
  return (
    <DetailList
      details={[
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
              <details>
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
        {
          name: text.recovery,
          value:
            media.recovery === undefined
              ? text.noRecovery
              : text.recoveryOf(formatBytes(media.recovery.bytes)),
        },
        ...(media.drivers === undefined
          ? []
          : [{ name: text.drivers, value: <Packs drivers={media.drivers} /> }]),
        { name: text.guid, value: <Mono>{media.guid}</Mono> },
      ]}
    />
  );
}

/** What the media holds: which image is written, and what a technician should know of it. */
export function InsideCard(): ReactElement | null {
  const text = useText().media.inside;
  const media = useApp((state) => ('media' in state.media ? state.media.media : null));
  if (media === null) return null;
  return (
    <Panel title={text.title}>
      <Images media={media} />
      <div className="stack">
        <h3>{text.boots}</h3>
        <Boots bootable={media.bootable} />
        <LoaderDoubts bootable={media.bootable} />
        <Programs bootable={media.bootable} />
        <Demands bootable={media.bootable} />
      </div>
      {media.warnings.length > 0 && (
        <div className="stack">
          <h3>{text.warnings}</h3>
          <ul className="stack">
            {media.warnings.map((warning) => (
              <li key={warning}>
                <Notice tone="warn">{sanitizeForDisplay(warning, 400)}</Notice>
              </li>
            ))}
          </ul>
        </div>
      )}
      <MediaDetails media={media} />
    </Panel>
  );
}
