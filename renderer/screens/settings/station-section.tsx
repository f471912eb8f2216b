import { NativeSelect } from '@mantine/core';
import type { ReactElement } from 'react';
import { stationSettingsSchema } from '../../../core/contract/app-settings';
import { sanitizeForDisplay } from '../../../core/base/display';
import { appSettingsSchema, languages, themes } from '../../../core/settings/settings';
import { act } from '../../actions';
import { useApp } from '../../store/app-store';
import { useText } from '../../text';
import { Choices } from '../batch/choices';
import { DraftInput } from '../batch/draft-input';
import { changeAppSettings, useAppSettings } from './app-settings';
import { Section } from './section';

const longestName = 128;

/** Name, colours, sounds and language. */
export function StationSection(): ReactElement {
  const text = useText().settings.station;
  const stationName = useApp(({ settings }) => settings.stationName);
  const desk = useAppSettings();
  const clean = (name: string): string => sanitizeForDisplay(name, longestName);
  return (
    <Section id="settings-station" title={text.title}>
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
      <Choices
        inline
        legend={text.theme}
        name="settings-theme"
        value={desk.theme}
        choices={themes.map((theme) => ({ value: theme, label: text.themes[theme] }))}
        onChoose={(value) => changeAppSettings(() => ({ theme: appSettingsSchema.shape.theme.parse(value) }))}
      />
      <label className="choice">
        <input
          type="checkbox"
          checked={desk.sounds}
          onChange={(event) => {
            const { checked } = event.currentTarget;
            void changeAppSettings(() => ({ sounds: checked }));
          }}
        />
        <span className="choice-words">
          <span className="choice-label">{text.sounds}</span>
          <span className="choice-description">{text.soundsHint}</span>
        </span>
      </label>
      <label className="choice">
        <input
          type="checkbox"
          checked={desk.onMachine}
          onChange={(event) => {
            const { checked } = event.currentTarget;
            void changeAppSettings(() => ({ onMachine: checked }));
          }}
        />
        <span className="choice-words">
          <span className="choice-label">{text.onMachine}</span>
          <span className="choice-description">{text.onMachineHint}</span>
        </span>
      </label>
      <NativeSelect
        className="settings-short"
        label={text.language}
        description={text.languageHint}
        value={desk.language}
        data={languages.map((language) => ({ value: language, label: text.languages[language] }))}
        onChange={(event) => {
          const { value } = event.currentTarget;
          void changeAppSettings(() => ({ language: appSettingsSchema.shape.language.parse(value) }));
        }}
      />
    </Section>
  );
}
