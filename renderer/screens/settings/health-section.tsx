import { Button, NativeSelect } from '@mantine/core';
import type { ReactElement } from 'react';
import {
  defaultHealthRules,
  healthActs,
  healthRuleSchema,
  healthSettingsSchema,
  type HealthAct,
  type HealthRule,
  type HealthSettings,
} from '../../../core/health/health-rules';
import { act } from '../../actions';
import { CheckChoice } from '../../components/choices';
import { DataTable } from '../../components/data-table';
import { DraftInput } from '../../components/draft-input';
import { Panel } from '../../components/panel';
import { appState, useApp } from '../../store/app-store';
import { useText } from '../../text';

async function change(part: Partial<HealthSettings>): Promise<boolean> {
  const parsed = healthSettingsSchema.safeParse({ ...appState().settings.health, ...part });
  return parsed.success && (await act('changeSettings', { health: parsed.data })) !== null;
}

/** Replaces one rule. */
async function changeRule(at: number, part: Partial<HealthRule>): Promise<boolean> {
  const { rules } = appState().settings.health;
  return await change({ rules: rules.map((rule, index) => (index === at ? { ...rule, ...part } : rule)) });
}

/** What a drive's health may say, and whether its size is checked in every batch. */
export function HealthSection(): ReactElement {
  const text = useText().health.settings;
  const { rules, checkSize } = useApp(({ settings }) => settings.health);
  return (
    <Panel id="settings-health" title={text.title} intro={text.intro}>
      <CheckChoice
        label={text.checkSize}
        hint={text.checkSizeHint}
        checked={checkSize}
        onCheck={(checked) => void change({ checkSize: checked })}
      />
      <DataTable label={text.rules} columns={[text.figure, text.limit, text.act]}>
        {rules.map((rule, index) => (
          <Rule key={`${index} ${rule.figure}`} rule={rule} index={index} />
        ))}
      </DataTable>
      <div className="row">
        <Button onClick={() => void change({ rules: [...defaultHealthRules] })}>{text.defaults}</Button>
      </div>
    </Panel>
  );
}

function Rule({ rule, index }: { readonly rule: HealthRule; readonly index: number }): ReactElement {
  const text = useText().health.settings;
  const name = text.figures[rule.figure];
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>
        <DraftInput
          label={text.limitOf(name)}
          hiddenLabel
          value={String(rule.limit)}
          maxLength={9}
          inputMode="numeric"
          check={(typed) =>
            typed.trim() !== '' && healthRuleSchema.shape.limit.safeParse(Number(typed)).success
              ? null
              : text.limitProblem
          }
          onCommit={(typed) => changeRule(index, { limit: Number(typed) })}
        />
      </td>
      <td>
        <NativeSelect
          aria-label={text.actOf(name)}
          value={rule.act}
          data={healthActs.map((value) => ({ value, label: text.acts[value] }))}
          onChange={(event) => void changeRule(index, { act: event.currentTarget.value as HealthAct })}
        />
      </td>
    </tr>
  );
}
