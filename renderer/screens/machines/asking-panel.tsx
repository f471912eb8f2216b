import { Button, TextInput } from '@mantine/core';
import { useCallback, useEffect, useState, type ReactElement } from 'react';
import { shownCode } from '../../../core/machine/admission-code';
import { act, send } from '../../actions';
import { ConfirmButton } from '../../components/confirm-button';
import { Panel } from '../../components/panel';
import { useApp } from '../../store/app-store';
import { useText } from '../../text';
import {
  askingRows,
  noAskingRows,
  rowStays,
  takesPress,
  type AskingRow,
  type AskingRows,
} from './asking-rows';
import { askForLabel, useLabelAsked } from './label-store';

interface AskingPanelProps {
  /** A machine that was turned away and is asked about once more; null: none. */
  readonly again: string | null;
  readonly onAgain: (id: string | null) => void;
}

/** Machines that ask to be let into the rack, with their codes large enough to be read beside the machine. */
export function AskingPanel({ again, onAgain }: AskingPanelProps): ReactElement {
  const text = useText().machines.asking;
  const shown = useAskingRows(again);
  return (
    <Panel id="machines-asking" title={text.title} intro={shown.rows.length === 0 ? undefined : text.compare}>
      {shown.rows.length === 0 ? (
        <p className="soft">{text.none}</p>
      ) : (
        <ul className="machines-asking">
          {shown.rows.map((row) => (
            <Asking
              key={row.machine.id}
              row={row}
              counts={() => takesPress(row, shown, performance.now())}
              onAgain={onAgain}
            />
          ))}
        </ul>
      )}
    </Panel>
  );
}

function useAskingRows(again: string | null): AskingRows {
  const machines = useApp(({ rack }) => rack.machines);
  const next = useCallback(
    (before: AskingRows): AskingRows =>
      askingRows(
        before,
        machines,
        ({ id, state }) => state === 'waiting' || (state === 'refused' && id === again),
        performance.now(),
      ),
    [machines, again],
  );
  const [rows, setRows] = useState(() => next(noAskingRows));
  useEffect(() => {
    setRows(next);
    // Those that have just left go when their moment is over.
    const timer = setTimeout(() => {
      setRows(next);
    }, rowStays + 50);
    return () => {
      clearTimeout(timer);
    };
  }, [next]);
  return rows;
}

interface AskingProps {
  readonly row: AskingRow;
  /** Whether a press counts now. */
  readonly counts: () => boolean;
  readonly onAgain: AskingPanelProps['onAgain'];
}

function Asking({ row: { machine, leftAt }, counts, onAgain }: AskingProps): ReactElement {
  const { machines } = useText();
  const text = machines.asking;
  const { id, serial, code, problem, address, model, station, state } = machine;
  // A station has no drives, and needs no serial.
  const needsLabel = serial === null && station === null;
  const name = station === null ? serial : text.station(station);
  const [typed, setTyped] = useState('');
  const [telling, setTelling] = useState(false);
  const asked = useLabelAsked() === id;
  const isDead = leftAt !== null || telling;
  const admit = async (): Promise<void> => {
    if (!counts()) return;
    const label = needsLabel ? typed.trim() : null;
    setTelling(true);
    const answer = await act('admitMachine', { code, serial: label });
    setTelling(false);
    if (answer === null) return;
    askForLabel(null);
    onAgain(null);
  };
  return (
    <li className="surface machines-asks" data-left={leftAt !== null}>
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
        {leftAt !== null && (
          <p className="small">{state === 'waiting' ? text.gone : machines.list.states[state]}</p>
        )}
        {leftAt === null && state === 'refused' && <p className="small">{text.wasRefused}</p>}
        {problem !== null && <p className="small">{problem}</p>}
        {needsLabel && (
          <TextInput
            label={text.label}
            description={text.labelHint}
            value={typed}
            maxLength={100}
            autoComplete="off"
            spellCheck={false}
            disabled={isDead}
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
          disabled={isDead || (needsLabel && typed.trim() === '')}
          onClick={() => void admit()}
        >
          {text.admit}
        </Button>
        {state === 'refused' ? (
          <Button
            disabled={isDead}
            onClick={() => {
              onAgain(null);
            }}
          >
            {text.keepOut}
          </Button>
        ) : (
          <ConfirmButton
            label={text.refuse}
            name={text.refuseOf(name)}
            question={text.refuseQuestion(name)}
            yes={text.refuse}
            no={text.refuseNo}
            disabled={isDead}
            onConfirm={() => {
              send('refuseMachine', { code });
            }}
          />
        )}
      </div>
    </li>
  );
}
