import { Button } from '@mantine/core';
import type { ReactElement } from 'react';
import { send } from '../../actions';
import { Panel } from '../../components/panel';
import { useApp, useAppShallow } from '../../store/app-store';
import { useText } from '../../text';
import { DiskRow, otherDisks } from './disk-row';

/** On a stick nothing mounts by itself: a disk with files is opened here, and closed. Nothing on any other station. */
export function OtherDisk(): ReactElement | null {
  const text = useText().live;
  const live = useApp((state) => state.live.live);
  const disks = useAppShallow((state) => {
    const worked = new Set(state.jobs.map(({ driveId }) => driveId));
    return otherDisks(state).filter(({ id }) => !worked.has(id));
  });
  if (live === null) return null;
  const { disk } = live;
  return (
    <Panel title={text.diskTitle} intro={text.diskIntro}>
      {disk !== null ? (
        <div className="row">
          <p>{text.diskOpen(disk.device, disk.write)}</p>
          <Button
            onClick={() => {
              send('closeDisk', {});
            }}
          >
            {text.diskClose}
          </Button>
        </div>
      ) : (
        disks.length === 0 && <p className="soft">{text.diskNone}</p>
      )}
      {disk === null &&
        disks.map((drive) => (
          <DiskRow
            key={drive.id}
            drive={drive}
            actions={(name) => (
              <>
                <Button
                  aria-label={text.diskReadOf(name)}
                  onClick={() => {
                    send('openDisk', { driveId: drive.id, write: false });
                  }}
                >
                  {text.diskRead}
                </Button>
                <Button
                  aria-label={text.diskWriteOf(name)}
                  onClick={() => {
                    send('openDisk', { driveId: drive.id, write: true });
                  }}
                >
                  {text.diskWrite}
                </Button>
              </>
            )}
          />
        ))}
    </Panel>
  );
}
