import type { ReactElement } from 'react';
import { firmwareTrusts } from '../../../core/boot/loader-choice';
import { bootTestSettingsSchema, type BootTestSettings } from '../../../core/job/boot-test';
import { act } from '../../actions';
import { appState, useApp } from '../../store/app-store';
import { Panel } from '../../components/panel';
import { useText } from '../../text';
import { CheckChoice, Choices } from '../../components/choices';
import { DraftInput } from '../../components/draft-input';

/** A sign before anybody has said which text it is. */
const firstConsoleText = 'login:';

async function change(part: {
  readonly [K in keyof BootTestSettings]?: BootTestSettings[K] | undefined;
}): Promise<boolean> {
  const parsed = bootTestSettingsSchema.safeParse({ ...appState().settings.rehearsal, ...part });
  return parsed.success && (await act('changeSettings', { rehearsal: parsed.data })) !== null;
}

/** Whether and how finished drives are started in a virtual machine. */
export function BootTestSection(): ReactElement {
  const text = useText().settings.rehearsal;
  const { firstOfBatch, sign, seconds, secureBoot, firmwareKeys } = useApp(
    ({ settings }) => settings.rehearsal,
  );
  return (
    <Panel id="settings-rehearsal" title={text.title} intro={text.intro}>
      <CheckChoice
        label={text.first}
        hint={text.firstHint}
        checked={firstOfBatch}
        onCheck={(checked) => void change({ firstOfBatch: checked })}
      />
      <CheckChoice
        label={text.secureBoot}
        hint={text.secureBootHint}
        checked={secureBoot}
        onCheck={(checked) => void change({ secureBoot: checked })}
      />
      {secureBoot && (
        <Choices
          legend={text.keys}
          name="settings-rehearsal-keys"
          value={firmwareKeys ?? 'own'}
          choices={(['own', ...firmwareTrusts] as const).map((value) => ({
            value,
            label: text.keysOf[value],
          }))}
          onChoose={(value) => change({ firmwareKeys: firmwareTrusts.find((one) => one === value) })}
        />
      )}
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
      <div className="short">
        <DraftInput
          label={text.seconds}
          value={String(seconds)}
          maxLength={4}
          inputMode="numeric"
          check={(typed) =>
            bootTestSettingsSchema.shape.seconds.safeParse(Number(typed)).success ? null : text.secondsProblem
          }
          onCommit={(typed) => change({ seconds: Number(typed) })}
        />
      </div>
    </Panel>
  );
}
