import { IconAlertTriangle } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import type { BatchState } from '../../../core/contract/app-batch';
import { layouts } from '../../../core/drive/layout';
import { act } from '../../actions';
import { useApp } from '../../store/app-store';
import { useText } from '../../text';
import { Choices } from './choices';
import { DraftInput } from './draft-input';

const longest = 200;

async function setBatch(change: Partial<BatchState>): Promise<boolean> {
  return (await act('setBatch', change)) !== null;
}

/** Who does it and what for, as the record keeps it. */
export function OrderCard(): ReactElement {
  const text = useText().batch.order;
  const { operator, workOrder } = useApp(({ batch }) => batch);
  return (
    <section className="batch-card" aria-labelledby="batch-order">
      <h2 id="batch-order">{text.title}</h2>
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
    </section>
  );
}

/** Which partitions a drive gets. */
export function LayoutCard(): ReactElement {
  const text = useText().batch.layout;
  const layout = useApp(({ batch }) => batch.layout);
  return (
    <section className="batch-card" aria-labelledby="batch-layout">
      <h2 id="batch-layout">{text.title}</h2>
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
    </section>
  );
}

/** Lets machines through that the record knows already. */
export function AgainCard(): ReactElement {
  const text = useText().batch.order;
  const againReason = useApp(({ batch }) => batch.againReason);
  return (
    <section className="batch-card" aria-labelledby="batch-again">
      <h2 id="batch-again">{text.againTitle}</h2>
      <p>{text.againExplained}</p>
      <DraftInput
        label={text.again}
        description={text.againHint}
        value={againReason}
        maxLength={longest}
        onCommit={(reason) => setBatch({ againReason: reason })}
      />
      {againReason !== '' && (
        <p className="batch-warning" role="status">
          <IconAlertTriangle size={20} aria-hidden /> {text.againOn}
        </p>
      )}
    </section>
  );
}
