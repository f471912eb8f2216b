import { useEffect, useState, type ReactElement } from 'react';
import { ScreenHeader } from '../../components/screen-header';
import { useText } from '../../text';
import { AskingPanel } from './asking-panel';
import { askForLabel } from './label-store';
import { MachinesList } from './machines-list';
import './machines.css';
import { ServePanel } from './serve-panel';

/** The rack: machines that are imaged over the network, with their drives inside. */
export function MachinesScreen(): ReactElement {
  const text = useText().machines;
  const [again, setAgain] = useState<string | null>(null);
  // A label that was asked for here is not meant when the screen is opened again.
  useEffect(
    () => () => {
      askForLabel(null);
    },
    [],
  );
  return (
    <div className="screen machines">
      <ScreenHeader title={text.title} intro={text.intro} />
      <div className="columns machines-columns">
        <ServePanel />
        <div className="stack">
          <AskingPanel again={again} onAgain={setAgain} />
          <MachinesList onAgain={setAgain} />
        </div>
      </div>
    </div>
  );
}
