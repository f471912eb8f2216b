import type { ReactElement, ReactNode } from 'react';
import { formatBytes } from '../../../core/base/display';
import type { AppState } from '../../../core/contract/app';
import type { Drive } from '../../../core/drive/drive';
import { mayBeOpened } from '../../../core/drive/other-disk';

/** Disks beside the stick that somebody may choose: plugged in, and paired with no machine. */
export function otherDisks({ live, pairing, drives }: AppState): Drive[] {
  const role = live.live?.role ?? null;
  const paired = new Set(pairing.pairs.map(({ driveId }) => driveId));
  return role === null
    ? []
    : drives.drives.filter((drive) => mayBeOpened(drive, role) && !paired.has(drive.id));
}

interface DiskRowProps {
  readonly drive: Drive;
  /** What can be done with it. @param name by which it is told from the others */
  readonly actions: (name: string) => ReactNode;
}

/** A disk that may be chosen. */
export function DiskRow({ drive, actions }: DiskRowProps): ReactElement {
  const name = [drive.model, drive.serial].filter((part) => part !== null).join(', ') || drive.path;
  return (
    <div className="row">
      <p>
        {name} <span className="soft">{formatBytes(drive.size)}</span>
      </p>
      {actions(name)}
    </div>
  );
}
