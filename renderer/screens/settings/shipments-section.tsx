import { Button } from '@mantine/core';
import { IconFolderOpen } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { act } from '../../actions';
import { DetailList } from '../../components/details';
import { Mono } from '../../components/mono';
import { Panel } from '../../components/panel';
import { useText } from '../../text';
import { changeAppSettings, useAppSettings } from './app-settings';

/** Where the bundles of shipments go. */
export function ShipmentsSection(): ReactElement {
  const text = useText().settings.shipments;
  const { shipmentsFolder } = useAppSettings();
  const set = (folder: string | null): void => {
    void changeAppSettings(() => ({ shipmentsFolder: folder }));
  };
  const choose = async (): Promise<void> => {
    const path = (await act('chooseShipmentsFolder', {}))?.path ?? null;
    if (path !== null) set(path);
  };
  return (
    <Panel id="settings-shipments" title={text.title} intro={text.intro}>
      <DetailList
        details={[
          {
            name: text.folder,
            value: shipmentsFolder === null ? text.asked : <Mono>{shipmentsFolder}</Mono>,
          },
        ]}
      />
      <div className="row">
        <Button leftSection={<IconFolderOpen size={20} aria-hidden />} onClick={() => void choose()}>
          {text.choose}
        </Button>
        {shipmentsFolder !== null && (
          <Button
            onClick={() => {
              set(null);
            }}
          >
            {text.ask}
          </Button>
        )}
      </div>
    </Panel>
  );
}
