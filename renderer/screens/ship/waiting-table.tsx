import type { ReactElement } from 'react';
import type { WaitingMachine } from '../../../core/contract/app-shipments';
import { formatTime } from '../../format';
import { useText } from '../../text';
import { choose, useShip } from './ship-store';

/** Finished machines with a tick each. */
export function WaitingTable({ shown }: { readonly shown: readonly WaitingMachine[] }): ReactElement {
  const text = useText().ship;
  const chosen = useShip((state) => state.chosen);
  const serials = shown.map(({ machineSerial }) => machineSerial);
  const ticked = serials.filter((serial) => chosen.has(serial)).length;
  return (
    <div className="ship-scroll" tabIndex={0} role="region" aria-label={text.waitingTable}>
      <table className="ship-table">
        <thead>
          <tr>
            <th scope="col" className="ship-tick">
              <label>
                <input
                  type="checkbox"
                  aria-label={text.chooseAll}
                  checked={ticked === serials.length}
                  ref={(box) => {
                    if (box !== null) box.indeterminate = ticked > 0 && ticked < serials.length;
                  }}
                  onChange={(event) => {
                    choose(serials, event.currentTarget.checked);
                  }}
                />
              </label>
            </th>
            {(['machine', 'name', 'order', 'drive', 'finished', 'rehearsal'] as const).map((column) => (
              <th key={column} scope="col">
                {text.columns[column]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((machine) => (
            <Row key={machine.machineSerial} machine={machine} ticked={chosen.has(machine.machineSerial)} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({
  machine,
  ticked,
}: {
  readonly machine: WaitingMachine;
  readonly ticked: boolean;
}): ReactElement {
  const text = useText().ship;
  const { machineSerial, computerName, orderNumber, driveSerial, finishedAt, rehearsed } = machine;
  return (
    <tr data-ticked={ticked}>
      <td className="ship-tick">
        <label>
          <input
            type="checkbox"
            aria-label={text.choose(machineSerial)}
            checked={ticked}
            onChange={(event) => {
              choose([machineSerial], event.currentTarget.checked);
            }}
          />
        </label>
      </td>
      <td className="mono">{machineSerial}</td>
      <td>{computerName ?? '–'}</td>
      <td>{orderNumber ?? '–'}</td>
      <td className="mono">{driveSerial ?? '–'}</td>
      <td>{formatTime(finishedAt)}</td>
      <td>{text.rehearsed(rehearsed)}</td>
    </tr>
  );
}
