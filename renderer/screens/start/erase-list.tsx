import type { ReactElement } from 'react';
import type { Pair } from '../../../core/pairing/pairing-state';
import type { Drive } from '../../../core/drive/drive';
import { formatBytes } from '../../../core/base/display';
import { DataTable } from '../../components/data-table';
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
    <DataTable
      className="erase-list"
      label={text.title(lines.length)}
      columns={[text.bay, text.machine, text.drive, text.size, text.contents]}
    >
      {lines.map(({ pair, drive }) => (
        <tr key={pair.driveId}>
          <th scope="row">{pair.bay}</th>
          <td className="erase-list-machine">
            <span className="mono">{pair.machineSerial}</span>
            {pair.driveReason !== undefined && (
              <p className="toned" data-tone="warn">
                {text.driveAgain(pair.driveReason)}
              </p>
            )}
            {pair.againReason !== undefined && (
              <p className="toned" data-tone="warn">
                {text.again(pair.againReason)}
              </p>
            )}
          </td>
          {drive === null ? (
            <td colSpan={3} className="toned" data-tone="bad">
              {text.driveGone}
            </td>
          ) : (
            <>
              <td className="erase-list-drive">
                {drive.model ?? words.unknownModel}
                <p className="mono soft">{drive.serial ?? words.noSerial}</p>
              </td>
              <td className="nowrap">{formatBytes(drive.size)}</td>
              <td>
                {pair.holdsMachine !== undefined && (
                  <strong className="toned" data-tone="bad">
                    {text.finishedImage(pair.holdsMachine)}{' '}
                  </strong>
                )}
                {drive.notes.map(({ code, message }) => (
                  <p key={code} className="toned" data-tone="warn">
                    {message}
                  </p>
                ))}
                {drive.contents.length === 0 ? text.nothingKnown : drive.contents.join('; ')}
              </td>
            </>
          )}
        </tr>
      ))}
    </DataTable>
  );
}
