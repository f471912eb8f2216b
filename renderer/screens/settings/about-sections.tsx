import { Button } from '@mantine/core';
import { IconBarcode, IconSchool } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { tell } from '../../actions';
import { Facts } from '../../components/details';
import { Mono } from '../../components/mono';
import { useApp } from '../../store/app-store';
import { showScreen } from '../../store/view-store';
import { useText } from '../../text';
import { Section } from './section';

/** Goes to the bench of virtual drives and back. */
export function TrainingSection(): ReactElement {
  const text = useText().settings.training;
  const directory = useApp(({ station }) => station.benchDirectory);
  return (
    <Section id="settings-training" title={text.title} intro={text.intro}>
      <p className="settings-path">{directory === null ? text.off : text.on(directory)}</p>
      <div className="settings-buttons">
        <Button
          leftSection={<IconSchool size={20} aria-hidden />}
          onClick={() => {
            tell('useTrainingBench', { training: directory === null });
          }}
        >
          {directory === null ? text.open : text.leave}
        </Button>
      </div>
    </Section>
  );
}

/** The sheet of command barcodes. */
export function SheetSection(): ReactElement {
  const text = useText().settings.about;
  return (
    <Section id="settings-sheet" title={text.sheet} intro={text.sheetHint}>
      <div className="settings-buttons">
        <Button
          leftSection={<IconBarcode size={20} aria-hidden />}
          onClick={() => {
            showScreen('sheet');
          }}
        >
          {text.sheetOpen}
        </Button>
      </div>
    </Section>
  );
}

/** Versions, and where things are kept. */
export function AboutSection(): ReactElement {
  const text = useText().settings.about;
  const { version, versions, stateDirectory } = useApp((state) => state.station);
  return (
    <Section id="settings-about" title={text.title}>
      <Facts
        facts={[
          { name: text.version, value: version },
          { name: text.folder, value: <Mono>{stateDirectory}</Mono> },
          ...Object.entries(versions).map(([name, value]) => ({ name, value })),
        ]}
      />
    </Section>
  );
}
