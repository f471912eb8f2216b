import type { ReactElement } from 'react';
import { atEndChoices, atEndSchema } from '../../../core/machine/at-end';
import { act } from '../../actions';
import { Choices } from '../../components/choices';
import { useApp } from '../../store/app-store';
import { useText } from '../../text';

/** What machines of the rack do at the end of this batch, where one is on the list and the work order does not say it. */
export function EndChoice(): ReactElement | null {
  const text = useText().bench.start;
  const atEnd = useApp((state) => state.startPlan.atEnd);
  if (atEnd === null || atEnd.ordered) return null;
  return (
    <Choices
      legend={text.atEnd}
      name="start-at-end"
      inline
      value={atEnd.does}
      choices={atEndChoices.map((value) => ({ value, label: text.endWords(value) }))}
      onChoose={async (value) => {
        const chosen = atEndSchema.safeParse(value);
        return chosen.success && (await act('chooseEnd', { atEnd: chosen.data })) !== null;
      }}
    />
  );
}
