import type { ReactElement } from 'react';
import type { Pair } from '../../../core/pairing/pairing-state';
import type { Drive } from '../../../core/drive/drive';
import { formatDriveSize } from '../../format';
import { useText } from '../../text';

export interface EraseLine {
  readonly pair: Pair;
  /** Null when it was taken out since. */
  readonly drive: Drive | null;
}

/** The drives that will be erased, one a line, with what is on them now. */
export function EraseList({ lines }: { readonly lines: readonly EraseLine[] }): ReactElement {
  const words = useText().bench;
  const text = words.start;
  return (
    <table className="erase-list">
      <thead>
        <tr>
          <th scope="col">{text.bay}</th>
          <th scope="col">{text.machine}</th>
          <th scope="col">{text.drive}</th>
          <th scope="col">{text.size}</th>
          <th scope="col">{text.contents}</th>
        </tr>
      </thead>
      <tbody>
        {lines.map(({ pair, drive }) => (
          <tr key={pair.driveId}>
            <th scope="row">{pair.bay}</th>
            <td className="mono erase-list-machine">{pair.machineSerial}</td>
            {drive === null ? (
              <td colSpan={3} className="start-problem">
                {text.driveGone}
              </td>
            ) : (
              <>
                <td>
                  {drive.model ?? words.unknownModel}
                  <span className="mono erase-list-serial">{drive.serial ?? words.noSerial}</span>
                </td>
                <td className="erase-list-size">{formatDriveSize(drive.size)}</td>
                <td>
                  {pair.holdsMachine !== undefined && (
                    <strong className="start-problem">{text.finishedImage(pair.holdsMachine)} </strong>
                  )}
                  {drive.contents.length === 0 ? text.nothingKnown : drive.contents.join('; ')}
                </td>
              </>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
