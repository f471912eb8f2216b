import { Button } from '@mantine/core';
import { IconBarcode, IconSchool } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { send } from '../../actions';
import { DetailList } from '../../components/details';
import { Mono } from '../../components/mono';
import { useApp } from '../../store/app-store';
import { showScreen } from '../../store/view-store';
import { StartHereButton } from '../first-drive/start-here-button';
import { Panel } from '../../components/panel';
import { useText } from '../../text';

/** Goes to the bench of virtual drives and back. */
export function TrainingSection(): ReactElement {
  const text = useText().settings.training;
  const directory = useApp(({ station }) => station.benchDirectory);
  return (
    <Panel id="settings-training" title={text.title} intro={text.intro}>
      <p className="anywhere">{directory === null ? text.off : text.on(directory)}</p>
      <div className="row">
        <Button
          leftSection={<IconSchool size={20} aria-hidden />}
          onClick={() => {
            send('useTrainingBench', { training: directory === null });
          }}
        >
          {directory === null ? text.open : text.leave}
        </Button>
        <StartHereButton />
      </div>
    </Panel>
  );
}

/** The sheet of command barcodes. */
export function SheetSection(): ReactElement {
  const text = useText().settings.about;
  return (
    <Panel id="settings-sheet" title={text.sheet} intro={text.sheetHint}>
      <div className="row">
        <Button
          leftSection={<IconBarcode size={20} aria-hidden />}
          onClick={() => {
            showScreen('sheet');
          }}
        >
          {text.sheetOpen}
        </Button>
      </div>
    </Panel>
  );
}

/** Versions, and where things are kept. */
export function AboutSection(): ReactElement {
  const text = useText().settings.about;
  const { version, versions, stateDirectory } = useApp((state) => state.station);
  return (
    <Panel id="settings-about" title={text.title}>
      <DetailList
        details={[
          { name: text.version, value: version },
          { name: text.folder, value: <Mono>{stateDirectory}</Mono> },
          ...Object.entries(versions).map(([name, value]) => ({ name, value })),
        ]}
      />
    </Panel>
  );
}
