import { NativeSelect } from '@mantine/core';
import type { ReactElement } from 'react';
import { stationSettingsSchema } from '../../../core/contract/app-settings';
import { nistLevels } from '../../../core/sanitise/methods';
import { sanitizeForDisplay } from '../../../core/base/display';
import { appSettingsSchema, languages, themes } from '../../../core/settings/settings';
import { act } from '../../actions';
import { useApp } from '../../store/app-store';
import { Panel } from '../../components/panel';
import { useText } from '../../text';
import { CheckChoice, Choices } from '../../components/choices';
import { DraftInput } from '../../components/draft-input';
import { changeAppSettings, useAppSettings } from './app-settings';

const longestName = 128;

/** Name, files for each machine, colours, sounds, how drives are erased, and language. */
export function StationSection(): ReactElement {
  const text = useText().settings.station;
  const stationName = useApp(({ settings }) => settings.stationName);
  const machineFiles = useApp(({ settings }) => settings.machineFiles);
  const sanitise = useApp(({ settings }) => settings.sanitise);
  const sanitiseLevel = useApp(({ settings }) => settings.sanitiseLevel);
  const keepHiddenAreas = useApp(({ settings }) => settings.keepHiddenAreas);
  const desk = useAppSettings();
  const clean = (name: string): string => sanitizeForDisplay(name, longestName);
  return (
    <Panel id="settings-station" title={text.title}>
      <DraftInput
        label={text.name}
        description={text.nameHint}
        value={stationName}
        maxLength={longestName}
        check={(name) =>
          stationSettingsSchema.shape.stationName.safeParse(clean(name)).success ? null : text.nameProblem
        }
        onCommit={async (name) => (await act('changeSettings', { stationName: clean(name) })) !== null}
      />
      <DraftInput
        label={text.machineFiles}
        description={text.machineFilesHint}
        value={machineFiles ?? ''}
        maxLength={4096}
        mono
        check={(file) => (file.trim() === '' || file.startsWith('/') ? null : text.machineFilesProblem)}
        onCommit={async (file) =>
          (await act('changeSettings', { machineFiles: file.trim() === '' ? null : file.trim() })) !== null
        }
      />
      <Choices
        inline
        legend={text.theme}
        name="settings-theme"
        value={desk.theme}
        choices={themes.map((theme) => ({ value: theme, label: text.themes[theme] }))}
        onChoose={(value) => changeAppSettings(() => ({ theme: appSettingsSchema.shape.theme.parse(value) }))}
      />
      <CheckChoice
        label={text.sounds}
        hint={text.soundsHint}
        checked={desk.sounds}
        onCheck={(checked) => {
          void changeAppSettings(() => ({ sounds: checked }));
        }}
      />
      <CheckChoice
        label={text.onMachine}
        hint={text.onMachineHint}
        checked={desk.onMachine}
        onCheck={(checked) => {
          void changeAppSettings(() => ({ onMachine: checked }));
        }}
      />
      <CheckChoice
        label={text.sanitise}
        hint={text.sanitiseHint}
        checked={sanitise}
        onCheck={(checked) => void act('changeSettings', { sanitise: checked })}
      />
      <NativeSelect
        className="short"
        label={text.sanitiseLevel}
        description={text.sanitiseLevelHint}
        value={sanitiseLevel}
        data={nistLevels.map((level) => ({ value: level, label: text.sanitiseLevels[level] }))}
        onChange={(event) => {
          const level = stationSettingsSchema.shape.sanitiseLevel.parse(event.currentTarget.value);
          void act('changeSettings', { sanitiseLevel: level });
        }}
      />
      <CheckChoice
        label={text.keepHiddenAreas}
        hint={text.keepHiddenAreasHint}
        checked={keepHiddenAreas}
        onCheck={(checked) => void act('changeSettings', { keepHiddenAreas: checked })}
      />
      <CheckChoice
        label={text.requireDrivers}
        hint={text.requireDriversHint}
        checked={desk.requireDrivers}
        onCheck={(checked) => {
          void changeAppSettings(() => ({ requireDrivers: checked }));
        }}
      />
      <NativeSelect
        className="short"
        label={text.language}
        description={text.languageHint}
        value={desk.language}
        data={languages.map((language) => ({ value: language, label: text.languages[language] }))}
        onChange={(event) => {
          const { value } = event.currentTarget;
          void changeAppSettings(() => ({ language: appSettingsSchema.shape.language.parse(value) }));
        }}
      />
    </Panel>
  );
}
