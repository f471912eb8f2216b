import { Button } from '@mantine/core';
import { IconLifebuoy } from '@tabler/icons-react';
import { useState, type ReactElement } from 'react';
import {
  crashDumpsHeld,
  crashDumpsLeftOut,
  supportBundleHolds,
  supportBundleLeavesOut,
} from '../../../core/settings/support-bundle';
import { act } from '../../actions';
import { Busy } from '../../components/busy';
import { CheckChoice } from '../../components/choices';
import { Panel } from '../../components/panel';
import { useText } from '../../text';

/** Saves what whoever helps the station wants to see. */
export function SupportSection(): ReactElement {
  const text = useText().settings.support;
  const [withCrashDumps, setWithCrashDumps] = useState(false);
  const [busy, setBusy] = useState(false);
  const [saved, setSaved] = useState<string | null>(null);
  const save = async (): Promise<void> => {
    setBusy(true);
    setSaved(null);
    const answer = await act('saveSupportBundle', { withCrashDumps });
    setSaved(answer?.path ?? null);
    setBusy(false);
  };
  const held = [...supportBundleHolds, ...(withCrashDumps ? [crashDumpsHeld] : [])];
  const leftOut = [...supportBundleLeavesOut, ...(withCrashDumps ? [] : [crashDumpsLeftOut])];
  return (
    <Panel id="settings-support" title={text.title} intro={text.intro}>
      <p>{text.holds}</p>
      <ul className="bullets">
        {held.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      <p>{text.leavesOut}</p>
      <ul className="bullets">
        {leftOut.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      <CheckChoice
        label={text.dumps}
        hint={text.dumpsHint}
        checked={withCrashDumps}
        onCheck={setWithCrashDumps}
      />
      <div className="row">
        <Button
          disabled={busy}
          leftSection={<IconLifebuoy size={20} aria-hidden />}
          onClick={() => void save()}
        >
          {text.save}
        </Button>
      </div>
      <div className="live" role="status">
        {busy && <Busy>{text.saving}</Busy>}
        {saved !== null && <p className="anywhere">{text.saved(saved)}</p>}
      </div>
    </Panel>
  );
}
