import { Button } from '@mantine/core';
import { useState, type ReactElement } from 'react';
import type { Drive } from '../../../core/drive/drive';
import { needsReason } from '../../../core/job/drive-again';
import { driveBefore } from '../../../core/ledger/drive-before';
import { imageDiskName } from '../../../core/live/live-rules';
import { send, takeStationDisk } from '../../actions';
import { ConfirmButton } from '../../components/confirm-button';
import { DetailList } from '../../components/details';
import { Panel } from '../../components/panel';
import { useApp, useAppShallow } from '../../store/app-store';
import { pastOf } from '../../store/selectors';
import { useText } from '../../text';
import { PastLines } from '../bench/past-lines';
import { ReasonDialog } from '../bench/reason-form';
import { DiskRow, otherDisks } from './disk-row';

/** Settings of a station on a stick: a disk beside it that holds disk images and media. */
export function ImageDiskSection(): ReactElement | null {
  const text = useText().live;
  const live = useApp((state) => state.live.live);
  const disks = useAppShallow((state) => otherDisks(state).filter(({ verdict }) => verdict === 'eligible'));
  const media = useAppShallow((state) => state.library.media.filter(({ onDisk }) => onDisk === true));
  if (live?.data !== 'open') return null;
  const { imageDisk } = live;
  const where =
    imageDisk === null
      ? text.imagesOnStick
      : imageDisk.open
        ? imageDiskName(imageDisk)
        : text.imagesMissing(imageDiskName(imageDisk));
  return (
    <Panel id="settings-image-disk" title={text.imagesTitle} intro={text.imagesIntro}>
      <DetailList
        details={[
          {
            name: text.imagesWhere,
            value:
              imageDisk?.open === false ? (
                <span className="toned" data-tone="bad">
                  {where}
                </span>
              ) : (
                where
              ),
          },
        ]}
      />
      {imageDisk !== null && (
        <div className="row">
          {!imageDisk.open && (
            <Button
              onClick={() => {
                send('openImageDisk', {});
              }}
            >
              {text.imagesOpen}
            </Button>
          )}
          <ConfirmButton
            label={text.imagesForget}
            question={text.imagesForgetQuestion(media.map(({ name, version }) => `${name} ${version}`))}
            yes={text.imagesForget}
            no={text.imagesKeep}
            onConfirm={() => {
              send('forgetImageDisk', { media: media.map(({ sha256 }) => sha256) });
            }}
          />
        </div>
      )}
      {imageDisk === null && disks.length === 0 && <p className="soft">{text.imagesNone}</p>}
      {imageDisk === null &&
        disks.map((drive) => (
          <DiskRow key={drive.id} drive={drive} actions={(name) => <UseDisk {...{ drive, name }} />} />
        ))}
    </Panel>
  );
}

/** Asks before a disk is erased for it; of one with a finished image, or whose last job failed, also why. */
function UseDisk({ drive, name }: { readonly drive: Drive; readonly name: string }): ReactElement {
  const text = useText().live;
  const past = useApp((state) => pastOf(state, drive.id));
  const [asking, setAsking] = useState(false);
  const close = (): void => {
    setAsking(false);
  };
  const use = async (reason: string | null): Promise<void> => {
    setAsking(await takeStationDisk(drive.id, reason));
  };
  return (
    <>
      {past !== null && needsReason(driveBefore(past)) ? (
        <Button
          color="red"
          aria-label={text.imagesUseOf(name)}
          onClick={() => {
            setAsking(true);
          }}
        >
          {text.imagesUse}
        </Button>
      ) : (
        <ConfirmButton
          label={text.imagesUse}
          name={text.imagesUseOf(name)}
          question={text.imagesUseQuestion(name)}
          yes={text.imagesUseYes}
          no={text.imagesUseNo}
          onConfirm={() => {
            void use(null);
          }}
        />
      )}
      {asking && (
        <ReasonDialog
          title={text.imagesAgain}
          yes={text.imagesUseYes}
          onReason={(reason) => {
            void use(reason);
          }}
          onClose={close}
        >
          <p>{text.imagesAgainExplained(name)}</p>
          {past !== null && <PastLines past={past} />}
        </ReasonDialog>
      )}
    </>
  );
}
