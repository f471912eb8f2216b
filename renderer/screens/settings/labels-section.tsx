import { Button, NativeSelect } from '@mantine/core';
import { IconPrinter, IconRefresh } from '@tabler/icons-react';
import { useEffect, useState, type ReactElement } from 'react';
import type { LabelQueues } from '../../../core/contract/app-labels';
import {
  labelDpis,
  labelForms,
  labelSettingsSchema,
  labelSizeNames,
  labelSizes,
  type LabelSettings,
} from '../../../core/label/label-settings';
import { sanitizeForDisplay } from '../../../core/base/display';
import { act } from '../../actions';
import { CheckChoice, Choices } from '../../components/choices';
import { Notice } from '../../components/notice';
import { Panel } from '../../components/panel';
import { appState, useApp } from '../../store/app-store';
import { useText } from '../../text';

async function change(part: object): Promise<boolean> {
  const parsed = labelSettingsSchema.safeParse({ ...appState().settings.labels, ...part });
  return parsed.success && (await act('changeSettings', { labels: parsed.data })) !== null;
}

/** Value of the choice that is no queue: the default printer. */
const none = '';

/** The label printer: which queue, what it is sent, and when. */
export function LabelsSection(): ReactElement {
  const text = useText().settings.labels;
  const settings = useApp((state) => state.settings.labels);
  const [listed, setListed] = useState<LabelQueues | null>(null);
  const [sent, setSent] = useState(false);
  const list = async (): Promise<void> => {
    setListed(await act('listLabelQueues', {}));
  };
  useEffect(() => {
    void list();
  }, []);
  const test = async (): Promise<void> => {
    setSent(false);
    setSent((await act('printLabels', { of: 'test' })) !== null);
  };
  return (
    <Panel id="settings-labels" title={text.title} intro={text.intro}>
      <div className="row row-fields">
        <Queue settings={settings} listed={listed} />
        <Button leftSection={<IconRefresh size={18} aria-hidden />} onClick={() => void list()}>
          {text.list}
        </Button>
      </div>
      {listed !== null && listed.problem !== null && (
        <Notice tone="warn">{text.problem(sanitizeForDisplay(listed.problem))}</Notice>
      )}
      <Choices
        legend={text.form}
        name="settings-label-form"
        value={settings.form}
        choices={labelForms.map((form) => ({ value: form, ...text.forms[form] }))}
        onChoose={(form) => change({ form })}
      />
      <div className="row row-fields">
        <NativeSelect
          label={text.size}
          value={settings.size}
          data={labelSizeNames.map((value) => ({ value, label: text.sizeOf(labelSizes[value]) }))}
          onChange={(event) => void change({ size: event.currentTarget.value })}
        />
        {settings.form === 'zpl' && (
          <NativeSelect
            label={text.dpi}
            value={String(settings.dpi)}
            data={labelDpis.map(String)}
            onChange={(event) => void change({ dpi: Number(event.currentTarget.value) })}
          />
        )}
      </div>
      <CheckChoice
        label={text.passed}
        hint={text.passedHint}
        checked={settings.printWhenPassed}
        onCheck={(checked) => void change({ printWhenPassed: checked })}
      />
      <div className="row">
        <Button leftSection={<IconPrinter size={20} aria-hidden />} onClick={() => void test()}>
          {text.test}
        </Button>
        <p className="live" role="status">
          {sent ? text.sent : ''}
        </p>
      </div>
    </Panel>
  );
}

/** The queue: those of the computer, and the one that is set, if it is not there now. */
function Queue({
  settings,
  listed,
}: {
  readonly settings: LabelSettings;
  readonly listed: LabelQueues | null;
}): ReactElement {
  const text = useText().settings.labels;
  const queues = listed?.queues ?? [];
  const set = settings.queue !== null && queues.every(({ name }) => name !== settings.queue);
  return (
    <NativeSelect
      label={text.queue}
      value={settings.queue ?? none}
      data={[
        { value: none, label: text.defaultPrinter },
        ...queues.map(({ name, state }) => ({ value: name, label: text.queueName(name, state) })),
        ...(set && settings.queue !== null
          ? [{ value: settings.queue, label: listed === null ? settings.queue : text.gone(settings.queue) }]
          : []),
      ]}
      onChange={(event) =>
        void change({ queue: event.currentTarget.value === none ? null : event.currentTarget.value })
      }
    />
  );
}
