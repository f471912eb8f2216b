import type { ReactElement } from 'react';
import { rehearsalSettingsSchema, type RehearsalSettings } from '../../../core/job/boot-test';
import { act } from '../../actions';
import { appState, useApp } from '../../store/app-store';
import { useText } from '../../text';
import { Choices } from '../batch/choices';
import { DraftInput } from '../batch/draft-input';
import { Section } from './section';

/** A sign before anybody has said which text it is. */
const firstConsoleText = 'login:';

async function change(part: Partial<RehearsalSettings>): Promise<boolean> {
  const parsed = rehearsalSettingsSchema.safeParse({ ...appState().settings.rehearsal, ...part });
  return parsed.success && (await act('changeSettings', { rehearsal: parsed.data })) !== null;
}

/** Whether and how finished drives are started in a virtual machine. */
export function RehearsalSection(): ReactElement {
  const text = useText().settings.rehearsal;
  const { firstOfBatch, sign, seconds, secureBoot } = useApp(({ settings }) => settings.rehearsal);
  const checkbox = (
    label: string,
    hint: string,
    checked: boolean,
    become: (checked: boolean) => Partial<RehearsalSettings>,
  ): ReactElement => (
    <label className="choice">
      <input
        type="checkbox"
        checked={checked}
        onChange={(event) => {
          void change(become(event.currentTarget.checked));
        }}
      />
      <span className="choice-words">
        <span className="choice-label">{label}</span>
        <span className="choice-description">{hint}</span>
      </span>
    </label>
  );
  return (
    <Section id="settings-rehearsal" title={text.title} intro={text.intro}>
      {checkbox(text.first, text.firstHint, firstOfBatch, (checked) => ({ firstOfBatch: checked }))}
      {checkbox(text.secureBoot, text.secureBootHint, secureBoot, (checked) => ({ secureBoot: checked }))}
      <Choices
        legend={text.sign}
        name="settings-rehearsal-sign"
        value={sign.kind}
        choices={[
          { value: 'display', label: text.display, description: text.displayHint },
          { value: 'console', label: text.console, description: text.consoleHint },
        ]}
        onChoose={(kind) =>
          change({ sign: kind === 'display' ? { kind } : { kind: 'console', text: firstConsoleText } })
        }
      />
      {sign.kind === 'console' && (
        <DraftInput
          label={text.consoleText}
          value={sign.text}
          maxLength={200}
          check={(typed) => (typed.trim() === '' ? text.consoleTextProblem : null)}
          onCommit={(typed) => change({ sign: { kind: 'console', text: typed.trim() } })}
        />
      )}
      <div className="settings-short">
        <DraftInput
          label={text.seconds}
          value={String(seconds)}
          maxLength={4}
          inputMode="numeric"
          check={(typed) =>
            rehearsalSettingsSchema.shape.seconds.safeParse(Number(typed)).success
              ? null
              : text.secondsProblem
          }
          onCommit={(typed) => change({ seconds: Number(typed) })}
        />
      </div>
    </Section>
  );
}
