import { Button } from '@mantine/core';
import { IconAlertTriangle, IconCheck, IconFileTypePdf, IconPlayerStop, IconX } from '@tabler/icons-react';
import { useState, type CSSProperties, type ReactElement } from 'react';
import type { AppErasure } from '../../../core/contract/app-erase';
import type { Drive } from '../../../core/drive/drive';
import { methodFacts } from '../../../core/sanitise/methods';
import type { SanitiseOutcome } from '../../../core/sanitise/sanitised';
import { act, send } from '../../actions';
import { ConfirmButton } from '../../components/confirm-button';
import { ProgressBar } from '../../components/progress-bar';
import { bayOf, type Density } from '../../store/selectors';
import { useApp } from '../../store/app-store';
import { useText } from '../../text';

/** Whole per cent; null: the drive does not tell. */
export function percentOf(erasure: AppErasure): number | null {
  if (erasure.status !== 'running' || erasure.total === 0) return null;
  return Math.floor((erasure.done / erasure.total) * 100);
}

interface ErasureBodyProps {
  readonly drive: Drive;
  readonly erasure: AppErasure;
  readonly density: Density;
}

/** A drive that is, or was, erased for no machine: how far, or what came of it, to be read from across the room. */
export function ErasureBody({ drive, erasure, density }: ErasureBodyProps): ReactElement {
  const words = useText();
  const text = words.erase;
  const bay = useApp((state) => bayOf(state, drive.id)?.label ?? '');
  const serial = (
    <p className="card-serial soft mono clipped" title={drive.serial ?? undefined}>
      {drive.serial ?? words.bench.noSerial}
    </p>
  );
  if (erasure.status === 'running') {
    const percent = percentOf(erasure);
    return (
      <>
        {serial}
        <p className="card-details">{percent === null ? text.noPercent : words.bench.percent(percent)}</p>
        <ProgressBar label={text.progress(bay)} percent={percent ?? 0} />
        {erasure.shown !== null && density !== 'dense' && (
          <p className="card-details soft clipped">{text.how(erasure.shown)}</p>
        )}
      </>
    );
  }
  const lines = { '--lines': density === 'dense' ? 1 : 2 } as CSSProperties;
  return (
    <>
      <p className="card-verdict card-erased" style={lines} aria-hidden>
        <Mark erasure={erasure} />
        <span>{text.word(erasure)}</span>
      </p>
      <p className="card-reason" title={text.said(erasure)}>
        {text.said(erasure)}
      </p>
    </>
  );
}

function Mark({ erasure }: { readonly erasure: AppErasure }): ReactElement {
  if (erasure.status !== 'ended' || erasure.sanitised.outcome === 'not-erased') return <IconX stroke={3.5} />;
  return erasure.sanitised.outcome === 'erased' ? (
    <IconCheck stroke={3.5} />
  ) : (
    <IconAlertTriangle stroke={2.5} />
  );
}

interface ErasureActionsProps {
  readonly bay: string;
  readonly erasure: AppErasure;
  readonly compact?: boolean;
}

/** Cancel while it runs; then its certificate, and clearing the card. */
export function ErasureActions({ bay, erasure, compact = false }: ErasureActionsProps): ReactElement {
  const words = useText();
  const text = words.erase;
  const { driveId } = erasure;
  const size = compact ? 'sm' : 'md';
  if (erasure.status === 'running') {
    const itself = erasure.shown === null || methodFacts[erasure.shown.method].byDrive;
    return (
      <ConfirmButton
        compact={compact}
        label={words.bench.cancelJob}
        name={words.bench.jobAction(words.bench.cancelJob, bay)}
        icon={compact ? undefined : <IconPlayerStop size={18} aria-hidden />}
        question={text.cancelQuestion(bay, itself)}
        yes={words.bench.cancelYes}
        no={text.keepErasing}
        onConfirm={() => {
          send('cancelErase', { driveId });
        }}
      />
    );
  }
  return (
    <>
      {erasure.status === 'ended' && (
        <CertificateButton
          sequence={erasure.ledgerEntry}
          outcome={erasure.sanitised.outcome}
          {...{ bay, compact }}
        />
      )}
      <Button
        size={size}
        aria-label={words.bench.jobAction(words.bench.dismissJob, bay)}
        onClick={() => {
          send('dismissErase', { driveId });
        }}
      >
        {words.bench.dismissJob}
      </Button>
    </>
  );
}

interface CertificateButtonProps {
  readonly sequence: number;
  readonly outcome: SanitiseOutcome;
  readonly bay?: string;
  readonly compact?: boolean;
}

/** Asks where to, and writes the certificate or report there. */
export function CertificateButton({
  sequence,
  outcome,
  bay,
  compact = false,
}: CertificateButtonProps): ReactElement {
  const text = useText().erase;
  const paper = text.paper(outcome);
  const [saved, setSaved] = useState<string | null>(null);
  const save = async (): Promise<void> => {
    setSaved(null);
    setSaved((await act('saveEraseCertificate', { sequence }))?.path ?? null);
  };
  return (
    <>
      <Button
        size={compact ? 'sm' : 'md'}
        aria-label={bay === undefined ? paper : text.action(paper, bay)}
        leftSection={compact ? undefined : <IconFileTypePdf size={18} aria-hidden />}
        onClick={() => {
          void save();
        }}
      >
        {paper}
      </Button>
      {!compact && (
        <p className="live" role="status">
          {saved === null ? '' : text.saved(saved)}
        </p>
      )}
    </>
  );
}
