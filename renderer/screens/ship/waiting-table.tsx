import { Button } from '@mantine/core';
import { useEffect, useRef, type ReactElement } from 'react';
import type { WaitingMachine } from '../../../core/contract/app-shipments';
import { DataTable, Tick } from '../../components/data-table';
import { formatTime } from '../../format';
import { useText } from '../../text';
import { chooseByHand, shipOrders, shipStore, sortedBy, useShip } from './ship-store';

/** Finished machines with a tick each. The whole line is pressed: gloves do not hit a small box. */
export function WaitingTable({ shown }: { readonly shown: readonly WaitingMachine[] }): ReactElement {
  const text = useText().ship;
  const chosen = useShip((state) => state.chosen);
  const sort = useShip((state) => state.sort);
  const scanned = useShip((state) => state.scanned);
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
            chooseByHand(serials, true);
          }}
        >
          {text.chooseAll(serials.length)}
        </Button>
        <Button
          disabled={ticked === 0}
          onClick={() => {
            chooseByHand(serials, false);
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
          <Row
            key={machine.machineSerial}
            machine={machine}
            ticked={chosen.has(machine.machineSerial)}
            scanned={scanned?.serial === machine.machineSerial ? scanned.number : 0}
          />
        ))}
      </DataTable>
    </>
  );
}

function Row({
  machine,
  ticked,
  scanned,
}: {
  readonly machine: WaitingMachine;
  readonly ticked: boolean;
  /** The scan that named it, when it was the latest; else 0. */
  readonly scanned: number;
}): ReactElement {
  const text = useText().ship;
  const { machineSerial, computerName, orderNumber, driveSerial, bay, finishedAt, rehearsed } = machine;
  const row = useRef<HTMLTableRowElement>(null);
  useEffect(() => {
    if (scanned > 0) row.current?.scrollIntoView({ block: 'nearest' });
  }, [scanned]);
  return (
    <tr
      ref={row}
      className="ship-row"
      data-ticked={ticked}
      data-scanned={scanned > 0}
      onClick={(event) => {
        // The box in it answers for itself.
        if (event.target instanceof Element && event.target.closest('.tick') !== null) return;
        chooseByHand([machineSerial], !ticked);
      }}
    >
      <td>
        <Tick
          name={text.choose(machineSerial)}
          checked={ticked}
          onTick={(checked) => {
            chooseByHand([machineSerial], checked);
          }}
        />
      </td>
      <td className="nowrap">{bay ?? '–'}</td>
      <td className="mono ship-serial">{machineSerial}</td>
      <td>{computerName ?? '–'}</td>
      <td>{orderNumber ?? '–'}</td>
      <td className="mono">{driveSerial ?? '–'}</td>
      <td>{formatTime(finishedAt)}</td>
      <td>{text.rehearsed(rehearsed)}</td>
    </tr>
  );
}
