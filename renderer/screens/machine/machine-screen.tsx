import type { ReactElement } from 'react';
import { ErrorCard } from '../../components/error-card';
import { useApp } from '../../store/app-store';
import { useText } from '../../text';
import { ControllerNotes } from '../live/controller-notes';
import { DatesNotice } from '../media/dates-notice';
import { DisksPanel } from './disks-panel';
import { IdentityPanel, UuidPanel } from './identity-panel';
import { WorkPanel } from './work-panel';
import './machine.css';

/** The machine that images itself, where a bench shows its bays: who it is, its disks, what will be done. */
export function MachineScreen({ onLarge }: { readonly onLarge: () => void }): ReactElement {
  const text = useText().machine;
  const refusal = useApp(({ pairing }) => (pairing.armed ? null : pairing.refusal));
  const failedListing = useApp(({ drives }) => drives.error);
  const notAsked = useApp(({ live }) => live.own?.error ?? null);
  return (
    <div className="machine">
      <h1 className="unseen">{text.title}</h1>
      {refusal !== null && <ErrorCard error={refusal} />}
      {failedListing !== null && <ErrorCard error={failedListing} />}
      {notAsked !== null && <ErrorCard error={notAsked} />}
      <DatesNotice />
      <ControllerNotes />
      <div className="machine-columns">
        <div className="machine-column">
          <WorkPanel onLarge={onLarge} />
          <DisksPanel />
        </div>
        <IdentityPanel />
      </div>
      <UuidPanel />
    </div>
  );
}
