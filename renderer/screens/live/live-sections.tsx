import { Button, TextInput } from '@mantine/core';
import { useState, type ReactElement } from 'react';
import { formatBytes } from '../../../core/base/display';
import type { Drive } from '../../../core/drive/drive';
import { liveKeyboards } from '../../../core/live/live-state';
import { act, send } from '../../actions';
import { ConfirmButton } from '../../components/confirm-button';
import { DetailList } from '../../components/details';
import { Panel } from '../../components/panel';
import { useScans } from '../../scanner/scan-taker';
import { useApp, useAppShallow } from '../../store/app-store';
import { showInfo } from '../../store/messages-store';
import { useText } from '../../text';
import { StickUpdate } from './stick-update';

/** Settings of a station on a stick: what runs from which stick, and the way to turn the PC off. */
export function StickSection(): ReactElement | null {
  const text = useText().live;
  const live = useApp((state) => state.live.live);
  if (live === null) return null;
  const { medium, station, version } = live;
  const stick = medium === null ? text.gone : [medium.model, formatBytes(medium.size), medium.path];
  return (
    <Panel id="settings-stick" title={text.stickTitle} intro={text.stickIntro}>
      <DetailList
        details={[
          ...(version === null ? [] : [{ name: text.version, value: version }]),
          {
            name: text.medium,
            value: typeof stick === 'string' ? stick : stick.filter((part) => part !== null).join(', '),
          },
          { name: text.data, value: text.dataStates[live.data] },
          ...(station === null
            ? []
            : [
                {
                  name: text.zoneAndKeyboard,
                  value: `${station.timeZone}, ${liveKeyboards[station.keyboard]}`,
                },
              ]),
        ]}
      />
      <StickUpdate />
      <div className="row">
        <ConfirmButton
          label={text.powerOff}
          question={text.powerOffQuestion}
          yes={text.powerOff}
          no={text.powerOffNo}
          onConfirm={() => {
            send('powerOff', {});
          }}
        />
      </div>
    </Panel>
  );
}

/** Settings of a station on a stick: the disks of the PC, each locked until the PC is named. */
export function OwnDisksSection(): ReactElement | null {
  const text = useText().live;
  const isStation = useApp(({ live }) => live.live?.role === 'station');
  const disks = useAppShallow(({ drives }) =>
    drives.drives.filter(({ reasons }) => reasons.some(({ code }) => code === 'own-disk')),
  );
  if (!isStation) return null;
  return (
    <Panel
      id="settings-own-disks"
      title={text.ownTitle}
      intro={disks.length === 0 ? text.ownNone : text.ownIntro}
    >
      {disks.map((disk) => (
        <OwnDisk key={disk.id} disk={disk} />
      ))}
    </Panel>
  );
}

function OwnDisk({ disk }: { readonly disk: Drive }): ReactElement {
  const text = useText().live;
  const [machine, setMachine] = useState('');
  const [focused, setFocused] = useState(false);
  useScans(focused, (scanned) => {
    setMachine(scanned);
    return true;
  });
  const name = [disk.model, disk.serial].filter((part) => part !== null).join(', ') || disk.path;
  const unlock = async (): Promise<void> => {
    if (machine.trim() === '') return;
    if ((await act('unlockDisk', { driveId: disk.id, machine })) !== null) showInfo(text.unlocked(name));
  };
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        void unlock();
      }}
    >
      <TextInput
        size="lg"
        label={text.machine(name)}
        value={machine}
        maxLength={200}
        autoComplete="off"
        onFocus={() => {
          setFocused(true);
        }}
        onBlur={() => {
          setFocused(false);
        }}
        onChange={(event) => {
          setMachine(event.currentTarget.value);
        }}
      />
      <div className="row">
        <Button type="submit" size="lg" disabled={machine.trim() === ''}>
          {text.unlock}
        </Button>
      </div>
    </form>
  );
}
