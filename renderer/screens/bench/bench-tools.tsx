import { Button } from '@mantine/core';
import { IconLayoutGrid, IconMaximize, IconServer, IconStackPush } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { benchViews } from '../../../core/settings/settings';
import { send } from '../../actions';
import { Segments } from '../../components/segments';
import { useApp, useAppShallow } from '../../store/app-store';
import { setRackFilter, useRack } from '../../store/rack-store';
import { useText } from '../../text';
import { changeAppSettings, useAppSettings } from '../settings/app-settings';
import { filterCounts, rackFilters } from './rack/rack-rules';
import { kindsOf } from './rack/rack-rules';

const icons = { cards: IconLayoutGrid, rack: IconServer, line: IconMaximize } as const;

/** How the bays are shown. */
export function BenchViews(): ReactElement {
  const text = useText().rack;
  const { benchView } = useAppSettings();
  return (
    <div className="bench-views">
      <Segments
        label={text.view}
        value={benchView}
        segments={benchViews.map((value) => {
          const ViewIcon = icons[value];
          return { value, label: text.views[value], icon: <ViewIcon size={20} aria-hidden /> };
        })}
        onChoose={(value) => {
          void changeAppSettings(() => ({ benchView: value }));
        }}
      />
    </div>
  );
}

/** Begins or ends that machines take the free bays in a row. */
export function FillButton(): ReactElement {
  const text = useText().rack;
  const filling = useApp(({ pairing }) => pairing.mode === 'fill');
  const can = useApp(
    ({ pairing: { mode, armed, waitingMachine, freeBays } }) =>
      !armed && (mode === 'fill' || (mode === 'pair' && waitingMachine === null && freeBays > 0)),
  );
  return (
    <Button
      variant={filling ? 'filled' : 'default'}
      size="sm"
      className="strip-fill"
      aria-pressed={filling}
      disabled={!can}
      title={text.fill}
      leftSection={<IconStackPush size={20} aria-hidden />}
      onClick={() => {
        send('fill', {});
      }}
    >
      {text.fill}
    </Button>
  );
}

/** In the rack view: which of the bays are shown, and how many each choice has. */
export function Filters(): ReactElement {
  const text = useText().rack;
  const filter = useRack((rack) => rack.filter);
  const counts = filterCounts(useAppShallow(kindsOf));
  return (
    <Segments
      label={text.filter}
      value={filter}
      segments={rackFilters.map((value) => ({ value, label: text.filters[value], count: counts[value] }))}
      onChoose={setRackFilter}
    />
  );
}
