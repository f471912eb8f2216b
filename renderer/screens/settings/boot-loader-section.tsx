import type { ReactElement } from 'react';
import {
  bootLoaderSettingsSchema,
  firmwareTrusts,
  loaderChoices,
  type BootLoaderSettings,
} from '../../../core/boot/loader-choice';
import { act } from '../../actions';
import { CheckChoice, Choices } from '../../components/choices';
import { Panel } from '../../components/panel';
import { appState, useApp } from '../../store/app-store';
import { useText } from '../../text';

/** The choice that stands for a member that is missing. */
const notSaid = 'not-said';

async function change(part: {
  readonly [K in keyof BootLoaderSettings]?: BootLoaderSettings[K] | undefined;
}): Promise<boolean> {
  const parsed = bootLoaderSettingsSchema.safeParse({ ...appState().settings.bootLoader, ...part });
  return parsed.success && (await act('changeSettings', { bootLoader: parsed.data })) !== null;
}

/** Which boot loader goes on when a batch names none, and which of Microsoft's certificates the machines trust. */
export function BootLoaderSection(): ReactElement {
  const text = useText().settings.bootLoader;
  const { choice, firmwareTrust, require } = useApp(({ settings }) => settings.bootLoader);
  return (
    <Panel id="settings-boot-loader" title={text.title} intro={text.intro}>
      <Choices
        legend={text.choice}
        name="settings-boot-loader"
        value={choice}
        choices={loaderChoices.map((value) => ({ value, label: text.choices[value] }))}
        onChoose={(value) => change({ choice: loaderChoices.find((one) => one === value) })}
      />
      <Choices
        legend={text.trust}
        name="settings-firmware-trust"
        value={firmwareTrust ?? notSaid}
        choices={[notSaid, ...firmwareTrusts].map((value) => ({
          value,
          label: text.trusts[value as keyof typeof text.trusts],
        }))}
        onChoose={(value) => change({ firmwareTrust: firmwareTrusts.find((one) => one === value) })}
      />
      <CheckChoice
        label={text.require}
        hint={text.requireHint}
        checked={require}
        onCheck={(checked) => void change({ require: checked })}
      />
    </Panel>
  );
}
