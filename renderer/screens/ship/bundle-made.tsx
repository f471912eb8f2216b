import { Button, CloseButton } from '@mantine/core';
import { IconAlertTriangle, IconFolderOpen, IconPackage } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { tell } from '../../actions';
import { Mono } from '../../components/mono';
import { useText } from '../../text';
import { shipStore, useShip } from './ship-store';

/** Whoever pressed a button far below would not see it. */
function show(report: HTMLElement | null): void {
  report?.scrollIntoView({ block: 'nearest' });
}

/** Where the last bundle is, and what must be said of it. */
export function BundleMade(): ReactElement | null {
  const text = useText().ship;
  const report = useShip((state) => state.report);
  if (report === null) return null;
  const { number, machines, file, withdrawn, notImported } = report;
  const sound = withdrawn.length === 0;
  const Mark = sound ? IconPackage : IconAlertTriangle;
  const left = new Set(notImported.map(({ machineSerial }) => machineSerial)).size;
  return (
    <div className="ship-report" data-sound={sound} ref={show}>
      <Mark size={24} aria-hidden />
      <div className="ship-report-words">
        <p>
          <strong>{text.made(number, machines)}</strong> <Mono>{file}</Mono>
        </p>
        {!sound && (
          <>
            <p className="ship-bad">{text.withdrawn}</p>
            <ul>
              {withdrawn.map((reason) => (
                <li key={reason}>{reason}</li>
              ))}
            </ul>
          </>
        )}
        <p>{text.papers}</p>
        {left > 0 && <p className="soft">{text.notImported(left)}</p>}
      </div>
      <Button
        leftSection={<IconFolderOpen size={20} aria-hidden />}
        onClick={() => {
          tell('showBundle', { number });
        }}
      >
        {text.showFolder}
      </Button>
      <CloseButton
        aria-label={text.closeReport}
        onClick={() => {
          shipStore.setState({ report: null });
        }}
      />
    </div>
  );
}
