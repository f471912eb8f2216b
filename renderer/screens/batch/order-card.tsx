import type { ReactElement } from 'react';
import type { BatchState } from '../../../core/contract/app-batch';
import { layouts } from '../../../core/drive/layout';
import { act } from '../../actions';
import { Choices } from '../../components/choices';
import { DraftInput } from '../../components/draft-input';
import { Notice } from '../../components/notice';
import { Panel } from '../../components/panel';
import { useApp } from '../../store/app-store';
import { useText } from '../../text';

/** Cards of the batch screen beside the media: who and what for, the layout, and machines that are done again. */

const longest = 200;

async function setBatch(change: Partial<BatchState>): Promise<boolean> {
  return (await act('setBatch', change)) !== null;
}

/** Who does it and what for, as the record keeps it. */
export function OrderCard(): ReactElement {
  const text = useText().batch.order;
  const { operator, workOrder } = useApp(({ batch }) => batch);
  return (
    <Panel title={text.title}>
      <DraftInput
        label={text.operator}
        description={text.operatorHint}
        value={operator}
        maxLength={longest}
        onCommit={(name) => setBatch({ operator: name })}
      />
      <DraftInput
        mono
        label={text.workOrder}
        description={text.workOrderHint}
        value={workOrder}
        maxLength={longest}
        onCommit={(number) => setBatch({ workOrder: number })}
      />
    </Panel>
  );
}

/** Which partitions a drive gets. */
export function LayoutCard(): ReactElement {
  const text = useText().batch.layout;
  const layout = useApp(({ batch }) => batch.layout);
  return (
    <Panel title={text.title}>
      <Choices
        legend={text.legend}
        name="batch-layout"
        hint={text.hint}
        value={layout}
        choices={layouts.map(({ name, description }) => ({
          value: name,
          label: text.names[name] ?? name,
          description: (
            <>
              {description} <span className="mono">({name})</span>
            </>
          ),
        }))}
        onChoose={(name) => setBatch({ layout: name })}
      />
    </Panel>
  );
}

/** Lets machines through that the record knows already. */
export function AgainCard(): ReactElement {
  const text = useText().batch.order;
  const againReason = useApp(({ batch }) => batch.againReason);
  return (
    <Panel title={text.againTitle}>
      <p>{text.againExplained}</p>
      <DraftInput
        label={text.again}
        description={text.againHint}
        value={againReason}
        maxLength={longest}
        onCommit={(reason) => setBatch({ againReason: reason })}
      />
      {againReason !== '' && (
        <Notice tone="warn" role="status">
          {text.againOn}
        </Notice>
      )}
    </Panel>
  );
}
