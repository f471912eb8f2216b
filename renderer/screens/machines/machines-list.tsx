import { Button } from '@mantine/core';
import { memo, type ReactElement } from 'react';
import type { AppRackMachine } from '../../../core/contract/app-rack';
import { shownCode } from '../../../core/machine/admission-code';
import { send } from '../../actions';
import { ConfirmButton } from '../../components/confirm-button';
import { DataTable } from '../../components/data-table';
import { Mono } from '../../components/mono';
import { Panel } from '../../components/panel';
import { Status } from '../../components/status';
import { useAppShallow } from '../../store/app-store';
import { useText } from '../../text';

interface MachinesListProps {
  /** One that was turned away is asked about once more. */
  readonly onAgain: (id: string) => void;
}

/** Machines that are in the rack, or were turned away. */
export function MachinesList({ onAgain }: MachinesListProps): ReactElement {
  const text = useText().machines.list;
  const machines = useAppShallow(({ rack }) => rack.machines.filter(({ state }) => state !== 'waiting'));
  return (
    <Panel id="machines-list" title={text.title}>
      <DataTable
        label={text.table}
        columns={[...text.columns, null]}
        empty={machines.length === 0 ? text.none : null}
      >
        {machines.map((machine) => (
          <Row key={machine.id} machine={machine} onAgain={onAgain} />
        ))}
      </DataTable>
    </Panel>
  );
}

const Row = memo(function Row({
  machine,
  onAgain,
}: MachinesListProps & { readonly machine: AppRackMachine }): ReactElement {
  const { machines } = useText();
  const { list: text, asking } = machines;
  const { id, serial, model, station, state, connected, address, how, disks, code } = machine;
  const name = station === null ? serial : asking.station(station);
  const words = connected ? text.states[state] : `${text.states[state]}, ${text.away}`;
  const tone = state === 'admitted' ? (connected ? 'good' : 'warn') : 'bad';
  return (
    <tr>
      <th scope="row">
        {serial === null || station !== null ? (name ?? asking.noSerial) : <Mono>{serial}</Mono>}
        {model !== null && <div className="soft small">{model}</div>}
      </th>
      <td>
        <Status tone={tone}>{words}</Status>
      </td>
      <td className="nowrap">
        <Mono>{address}</Mono>
      </td>
      <td>{how === null ? shownCode(code) : text.how[how]}</td>
      <td className="machines-disks">{disks}</td>
      <td>
        {state === 'refused' && (
          <Button
            size="sm"
            aria-label={text.againOf(name)}
            onClick={() => {
              onAgain(id);
            }}
          >
            {text.again}
          </Button>
        )}
        {state === 'admitted' && (
          <ConfirmButton
            compact
            label={text.remove}
            name={text.removeOf(name)}
            question={text.removeQuestion(name)}
            yes={text.remove}
            no={text.removeNo}
            onConfirm={() => {
              send('refuseMachine', { code });
            }}
          />
        )}
      </td>
    </tr>
  );
});
