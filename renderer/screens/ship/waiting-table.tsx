import type { ReactElement } from 'react';
import type { WaitingMachine } from '../../../core/contract/app-shipments';
import { DataTable, Tick } from '../../components/data-table';
import { formatTime } from '../../format';
import { useText } from '../../text';
import { choose, useShip } from './ship-store';

/** Finished machines with a tick each. */
export function WaitingTable({ shown }: { readonly shown: readonly WaitingMachine[] }): ReactElement {
  const text = useText().ship;
  const chosen = useShip((state) => state.chosen);
  const serials = shown.map(({ machineSerial }) => machineSerial);
  const ticked = serials.filter((serial) => chosen.has(serial)).length;
  const all = (
    <Tick
      name={text.chooseAll}
      checked={ticked === serials.length}
      partly={ticked > 0 && ticked < serials.length}
      onTick={(checked) => {
        choose(serials, checked);
      }}
    />
  );
  const columns = (['machine', 'name', 'order', 'drive', 'finished', 'rehearsal'] as const).map(
    (column) => text.columns[column],
  );
  return (
    <DataTable className="ship-table" label={text.waitingTable} columns={[all, ...columns]}>
      {shown.map((machine) => (
        <Row key={machine.machineSerial} machine={machine} ticked={chosen.has(machine.machineSerial)} />
      ))}
    </DataTable>
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
      <td>
        <Tick
          name={text.choose(machineSerial)}
          checked={ticked}
          onTick={(checked) => {
            choose([machineSerial], checked);
          }}
        />
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
