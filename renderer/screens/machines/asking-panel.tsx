import { Button, TextInput } from '@mantine/core';
import { useState, type ReactElement } from 'react';
import type { AppRackMachine } from '../../../core/contract/app-rack';
import { shownCode } from '../../../core/machine/admission-code';
import { act, send } from '../../actions';
import { Panel } from '../../components/panel';
import { useAppShallow } from '../../store/app-store';
import { useText } from '../../text';
import { askForLabel, useLabelAsked } from './label-store';

/** Machines that ask to be let into the rack, with their codes large enough to be read beside the machine. */
export function AskingPanel(): ReactElement {
  const text = useText().machines.asking;
  const asking = useAppShallow(({ rack }) => rack.machines.filter(({ state }) => state === 'waiting'));
  return (
    <Panel id="machines-asking" title={text.title} intro={asking.length === 0 ? undefined : text.compare}>
      {asking.length === 0 ? (
        <p className="soft">{text.none}</p>
      ) : (
        <ul className="machines-asking">
          {asking.map((machine) => (
            <Asking key={machine.id} machine={machine} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

function Asking({ machine }: { readonly machine: AppRackMachine }): ReactElement {
  const text = useText().machines.asking;
  const { id, serial, code, problem, address, model, station } = machine;
  // A station has no drives, and needs no serial.
  const needsLabel = serial === null && station === null;
  const name = station === null ? serial : text.station(station);
  const [typed, setTyped] = useState('');
  const asked = useLabelAsked() === id;
  const admit = async (): Promise<void> => {
    const label = needsLabel ? typed.trim() : null;
    if ((await act('admitMachine', { code, serial: label })) !== null) askForLabel(null);
  };
  return (
    <li className="surface machines-asks">
      <p className="machines-code">
        <span className="soft small">{text.code}</span>
        <strong className="mono">{shownCode(code)}</strong>
      </p>
      <div className="machines-who">
        <p className={serial === null ? (station === null ? 'soft' : '') : 'mono'}>{name ?? text.noSerial}</p>
        {station !== null && <p className="small">{text.stationHint}</p>}
        <p className="soft small">
          {[model, text.from(address)].filter((part) => part !== null).join(' · ')}
        </p>
        {problem !== null && <p className="small">{problem}</p>}
        {needsLabel && (
          <TextInput
            label={text.label}
            description={text.labelHint}
            value={typed}
            maxLength={100}
            autoComplete="off"
            spellCheck={false}
            classNames={{ input: 'mono' }}
            data-asked={asked}
            onFocus={() => {
              askForLabel(id);
            }}
            onChange={(event) => {
              setTyped(event.currentTarget.value);
            }}
          />
        )}
      </div>
      <div className="row">
        <Button
          aria-label={text.admitOf(name, shownCode(code))}
          disabled={needsLabel && typed.trim() === ''}
          onClick={() => void admit()}
        >
          {text.admit}
        </Button>
        <Button
          variant="subtle"
          aria-label={text.refuseOf(name)}
          onClick={() => {
            send('refuseMachine', { code });
          }}
        >
          {text.refuse}
        </Button>
      </div>
    </li>
  );
}
