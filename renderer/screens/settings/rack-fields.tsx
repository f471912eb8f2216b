import { NativeSelect } from '@mantine/core';
import type { ReactElement } from 'react';
import { maxBays } from '../../../core/drive/bays';
import {
  bayOrders,
  maxRackSide,
  rackGrid,
  rackShapeSchema,
  type RackShape,
} from '../../../core/drive/rack-shape';
import { benchViews, appSettingsSchema } from '../../../core/settings/settings';
import { CheckChoice, Choices } from '../../components/choices';
import { useApp } from '../../store/app-store';
import { useText } from '../../text';
import { changeAppSettings, useAppSettings } from './app-settings';

const sides = (other: number): string[] =>
  Array.from({ length: Math.min(maxRackSide, Math.floor(maxBays / other)) }, (_, index) => String(index + 1));

/** How the bench shows the bays: as cards or as the rack, and which shape the rack has. */
export function RackFields(): ReactElement {
  const { settings, rack: words } = useText();
  const text = settings.rack;
  const { rack, benchView, lineLabels } = useAppSettings();
  const bays = useApp(({ drives }) => drives.bays.length);
  const set = (shape: RackShape | null): void => {
    void changeAppSettings(() => ({ rack: shape }));
  };
  return (
    <>
      <Choices
        inline
        legend={text.view}
        name="settings-bench-view"
        hint={text.viewHint}
        value={benchView}
        choices={benchViews.map((view) => ({ value: view, label: words.views[view] }))}
        onChoose={(value) =>
          changeAppSettings(() => ({ benchView: appSettingsSchema.shape.benchView.parse(value) }))
        }
      />
      <CheckChoice
        label={text.labels}
        hint={text.labelsHint}
        checked={lineLabels}
        onCheck={(labels) => {
          void changeAppSettings(() => ({ lineLabels: labels }));
        }}
      />
      <CheckChoice
        label={text.automatic}
        hint={text.automaticHint}
        checked={rack === null}
        onCheck={(automatic) => {
          if (automatic) set(null);
          else {
            // What is shown now, to begin with.
            const { rows, columns } = rackGrid(null, Math.min(Math.max(bays, 1), maxBays));
            const shape = rackShapeSchema.safeParse({ rows, columns });
            set(shape.success ? shape.data : { rows: 1, columns: 1, order: 'rows-from-top' });
          }
        }}
      />
      {rack !== null && (
        <div className="row row-fields">
          <NativeSelect
            label={text.rows}
            value={String(rack.rows)}
            data={sides(rack.columns)}
            onChange={(event) => {
              set({ ...rack, rows: Number(event.currentTarget.value) });
            }}
          />
          <NativeSelect
            label={text.columns}
            value={String(rack.columns)}
            data={sides(rack.rows)}
            onChange={(event) => {
              set({ ...rack, columns: Number(event.currentTarget.value) });
            }}
          />
          <NativeSelect
            label={text.order}
            value={rack.order}
            data={bayOrders.map((order) => ({ value: order, label: text.orders[order] }))}
            onChange={(event) => {
              set(rackShapeSchema.parse({ ...rack, order: event.currentTarget.value }));
            }}
          />
        </div>
      )}
    </>
  );
}
