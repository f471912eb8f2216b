import { Button } from '@mantine/core';
import type { ReactElement } from 'react';
import type { WaitingMachine } from '../../../core/contract/app-shipments';
import { DataTable, Tick } from '../../components/data-table';
import { formatTime } from '../../format';
import { useText } from '../../text';
import { choose, shipOrders, shipStore, sortedBy, useShip } from './ship-store';

/** Finished machines with a tick each. The whole line is pressed: gloves do not hit a small box. */
export function WaitingTable({ shown }: { readonly shown: readonly WaitingMachine[] }): ReactElement {
  const text = useText().ship;
  const chosen = useShip((state) => state.chosen);
  const sort = useShip((state) => state.sort);
  const serials = shown.map(({ machineSerial }) => machineSerial);
  const ticked = serials.filter((serial) => chosen.has(serial)).length;
  const columns = (['bay', 'machine', 'name', 'order', 'drive', 'finished', 'rehearsal'] as const).map(
    (column) => text.columns[column],
  );
  return (
    <>
      <div className="row">
        <Button
          disabled={ticked === serials.length}
          onClick={() => {
            choose(serials, true);
          }}
        >
          {text.chooseAll(serials.length)}
        </Button>
        <Button
          disabled={ticked === 0}
          onClick={() => {
            choose(serials, false);
          }}
        >
          {text.chooseNone}
        </Button>
        <div className="row push" role="group" aria-label={text.sort}>
          <span className="soft" aria-hidden>
            {text.sort}
          </span>
          {shipOrders.map((one) => (
            <Button
              key={one}
              variant={one === sort ? 'light' : 'default'}
              aria-pressed={one === sort}
              onClick={() => {
                shipStore.setState({ sort: one });
              }}
            >
              {text.sorts[one]}
            </Button>
          ))}
        </div>
      </div>
      <DataTable className="ship-table" label={text.waitingTable} columns={[null, ...columns]}>
        {sortedBy(sort, shown).map((machine) => (
          <Row key={machine.machineSerial} machine={machine} ticked={chosen.has(machine.machineSerial)} />
        ))}
      </DataTable>
    </>
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
  const { machineSerial, computerName, orderNumber, driveSerial, bay, finishedAt, rehearsed } = machine;
  return (
    <tr
      className="ship-row"
      data-ticked={ticked}
      onClick={(event) => {
        // The box in it answers for itself.
        if (event.target instanceof Element && event.target.closest('.tick') !== null) return;
        choose([machineSerial], !ticked);
      }}
    >
      <td>
        <Tick
          name={text.choose(machineSerial)}
          checked={ticked}
          onTick={(checked) => {
            choose([machineSerial], checked);
          }}
        />
      </td>
      <td className="nowrap">{bay ?? '–'}</td>
      <td className="mono">{machineSerial}</td>
      <td>{computerName ?? '–'}</td>
      <td>{orderNumber ?? '–'}</td>
      <td className="mono">{driveSerial ?? '–'}</td>
      <td>{formatTime(finishedAt)}</td>
      <td>{text.rehearsed(rehearsed)}</td>
    </tr>
  );
}
