import type { ReactElement } from 'react';
import { defaultLayoutName, layouts } from '../../../core/drive/layout';
import { act } from '../../actions';
import { Choices } from '../../components/choices';
import { useApp } from '../../store/app-store';
import { useText } from '../../text';

/** Which partitions a drive gets. Folded, because hardly anybody changes it; open while it is not the usual one. */
export function LayoutCard(): ReactElement {
  const text = useText().media.layout;
  const layout = useApp(({ batch }) => batch.layout);
  return (
    <details className="surface media-advanced" open={layout !== defaultLayoutName}>
      <summary>
        <h2>{text.title}</h2>
        <span className="soft">{text.names[layout] ?? layout}</span>
      </summary>
      <Choices
        legend={text.legend}
        name="media-layout"
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
        onChoose={async (name) => (await act('setBatch', { layout: name })) !== null}
      />
    </details>
  );
}
