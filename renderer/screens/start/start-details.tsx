import type { ReactElement } from 'react';
import { sanitizeForDisplay } from '../../../core/base/display';
import { findLayout } from '../../../core/drive/layout';
import { recoveryPlanText } from '../../../core/media/recovery';
import { fileName, shortHash } from '../../format';
import { DetailList, type Detail } from '../../components/details';
import { Mono } from '../../components/mono';
import { useApp } from '../../store/app-store';
import { useText } from '../../text';

/** The last part of a path of Windows. */
function windowsName(path: string): string {
  return path.split('\\').at(-1) ?? path;
}

/** What will be on the drives, for whom and by whom. */
export function StartDetails(): ReactElement {
  const common = useText().common;
  const text = useText().bench.start;
  const media = useApp((state) => state.media);
  const batch = useApp((state) => state.batch);
  const sanitise = useApp(({ settings }) => settings.sanitise);
  const { loader, machineFiles, atEnd } = useApp((state) => state.startPlan);
  const details: Detail[] = [];
  const filesShown =
    machineFiles === null ? null : (
      <span title={machineFiles.paths.join('\n')}>
        {text.filesFrom(machineFiles.paths.map(windowsName), machineFiles.source)}
      </span>
    );
  const layout = findLayout(batch.layout);
  const recovery =
    layout === null || media.status !== 'proved' ? null : recoveryPlanText(layout, media.media);
  if (media.status === 'proved') {
    const image = media.media.images.find(({ index }) => index === batch.imageIndex);
    details.push(
      { name: text.media, value: <span title={media.media.path}>{fileName(media.media.path)}</span> },
      {
        name: text.sha256,
        value: (
          <details className="start-hash">
            <summary>
              <Mono>{shortHash(media.sha256)}</Mono> <span className="start-hash-more">{text.showAll}</span>
            </summary>
            <Mono>{media.sha256}</Mono>
          </details>
        ),
      },
      { name: text.image, value: text.imageName(batch.imageIndex, image?.name ?? '') },
    );
  }
  // The short ones beside one another first, so that sentences leave no gaps, and the list of drives keeps its room.
  details.push(
    { name: text.layout, value: batch.layout },
    { name: text.operator, value: batch.operator },
    { name: text.workOrder, value: batch.workOrder === '' ? common.none : batch.workOrder },
    ...(recovery === null ? [] : [{ name: text.recovery, value: recovery, wide: true }]),
    ...(loader === null ? [] : [{ name: text.loader, value: sanitizeForDisplay(loader, 400), wide: true }]),
    ...(filesShown === null ? [] : [{ name: text.machineFiles, value: filesShown, wide: true }]),
    // Where nobody says otherwise, it is chosen below.
    ...(atEnd?.ordered === true
      ? [{ name: text.atEnd, value: text.endOrdered(text.endWords(atEnd.does)), wide: true }]
      : []),
    ...(sanitise ? [{ name: text.erase, value: text.eraseFirst, wide: true }] : []),
  );
  return <DetailList details={details} />;
}
