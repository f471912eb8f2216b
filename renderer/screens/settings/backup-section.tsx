import { Button, Modal } from '@mantine/core';
import { IconArchive, IconRestore } from '@tabler/icons-react';
import { useState, type ReactElement } from 'react';
import { formatBytes } from '../../../core/base/display';
import { act } from '../../actions';
import { Panel } from '../../components/panel';
import { useText } from '../../text';
import { BackupForm, type Saved } from './backup-form';
import { RestoreForm } from './restore-form';

/** The station's state in one encrypted file, and back. */
export function BackupSection(): ReactElement {
  const { backup: text, common } = useText();
  const [saves, setSaves] = useState(false);
  const [saved, setSaved] = useState<Saved | null>(null);
  const [from, setFrom] = useState<string | null>(null);
  const leave = (): void => {
    setSaves(false);
    setFrom(null);
  };
  const choose = async (): Promise<void> => {
    setSaved(null);
    setFrom((await act('chooseBackup', {}))?.path ?? null);
  };
  return (
    <Panel id="settings-backup" title={text.title} intro={text.intro}>
      <div className="row">
        <Button
          leftSection={<IconArchive size={20} aria-hidden />}
          onClick={() => {
            setSaved(null);
            setSaves(true);
          }}
        >
          {text.save}
        </Button>
        <Button leftSection={<IconRestore size={20} aria-hidden />} onClick={() => void choose()}>
          {text.restore}
        </Button>
      </div>
      <div className="live" role="status">
        {saved !== null && (
          <p className="anywhere">{text.saved(saved.path, formatBytes(saved.bytes), saved.entries)}</p>
        )}
      </div>
      <Modal
        opened={saves || from !== null}
        onClose={leave}
        title={text.title}
        closeButtonProps={{ 'aria-label': common.close }}
        closeOnClickOutside={false}
        size="40rem"
      >
        {from === null ? (
          <BackupForm
            onLeave={leave}
            onSaved={(what) => {
              setSaved(what);
              leave();
            }}
          />
        ) : (
          <RestoreForm path={from} onLeave={leave} />
        )}
      </Modal>
    </Panel>
  );
}
