import type { ReactElement } from 'react';
import { appSettingsSchema } from '../../../core/settings/settings';
import { Button } from '@mantine/core';
import { useText } from '../../text';
import { DraftInput } from '../batch/draft-input';
import { changeAppSettings, useAppSettings } from './app-settings';
import { patternProblem } from './settings-rules';
import { Section } from './section';
import { SerialPatterns } from './serial-patterns';
import { TryCode } from './try-code';

const longestPattern = 200;
const defaults = appSettingsSchema.parse({});

interface PatternFieldProps {
  readonly label: string;
  readonly hint: string;
  readonly setting: 'badgePattern' | 'workOrderPattern';
}

function PatternField({ label, hint, setting }: PatternFieldProps): ReactElement {
  const text = useText().settings.codes;
  const value = useAppSettings()[setting];
  const save = (pattern: string): Promise<boolean> => changeAppSettings(() => ({ [setting]: pattern }));
  return (
    <div className="settings-pattern">
      <DraftInput
        mono
        label={label}
        description={hint}
        value={value}
        maxLength={longestPattern}
        check={(pattern) => {
          const problem = patternProblem(pattern);
          return problem === null ? null : text.problem[problem];
        }}
        onCommit={save}
      />
      {value !== defaults[setting] && (
        <Button
          aria-label={text.restoreOf(label)}
          onClick={() => {
            void save(defaults[setting]);
          }}
        >
          {text.restore}
        </Button>
      )}
    </div>
  );
}

/** What serials, badges and work orders look like, with a field to try a text. */
export function CodesSection(): ReactElement {
  const text = useText().settings.codes;
  return (
    <Section id="settings-codes" title={text.title} intro={text.intro}>
      <SerialPatterns />
      <PatternField label={text.badge} hint={text.badgeHint} setting="badgePattern" />
      <PatternField label={text.order} hint={text.orderHint} setting="workOrderPattern" />
      <TryCode />
    </Section>
  );
}
