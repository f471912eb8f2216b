import { Button, TextInput } from '@mantine/core';
import { useMemo, useState, type ReactElement } from 'react';
import type { OrderState, OrderStateLine } from '../../../core/contract/app-order';
import type { MediaState } from '../../../core/media/media-state';
import { longestTicketPart, makeTicket, shortenedName, ticketProblem } from '../../../core/scan/job-ticket';
import { sha256Groups } from '../../../core/scan/ticket-words';
import { Notice } from '../../components/notice';
import { PrintButton } from '../../components/print-button';
import { BackButton, ScreenHeader } from '../../components/screen-header';
import { fileName, formatTime } from '../../format';
import { useApp } from '../../store/app-store';
import { showScreen } from '../../store/view-store';
import { useText } from '../../text';
import { drawQrCode } from '../sheet/barcode';
import { Picture, useCode128 } from '../ship/papers-page';
import '../sheet/sheet.css';
import '../ship/papers.css';
import './ticket.css';

/** Machines with barcodes that the page draws; the command line makes longer papers. */
const mostMachines = 500;

interface TicketMedia {
  readonly sha256: string;
  readonly name: string;
}

/** The media of the job: what the order asks for, or what is verified. Null: nobody knows yet. */
export function ticketMedia(ordered: string | null, media: MediaState): TicketMedia | null {
  if (media.status === 'proved' && (ordered === null || ordered === media.sha256)) {
    return { sha256: media.sha256, name: shortenedName(fileName(media.media.path)) };
  }
  if (ordered !== null) return { sha256: ordered, name: `media ${ordered.slice(0, 8)}` };
  const wanted = media.status === 'none' ? media.wanted : undefined;
  if (wanted === undefined || wanted.ticket === null) return null;
  return { sha256: wanted.sha256, name: wanted.ticket.name };
}

/** Machines that are still to be looked at, as a person looks for a serial. */
export function sortedMachines(lines: readonly OrderStateLine[]): OrderStateLine[] {
  const { compare } = new Intl.Collator('en', { numeric: true });
  return lines.filter(({ state }) => state !== 'left-out').toSorted((a, b) => compare(a.serial, b.serial));
}

interface TicketPageProps {
  readonly number: string;
  /** Null: there is only a number. */
  readonly order: OrderState | null;
  readonly onBack: () => void;
}

/** The job ticket of an order, and its machines with barcodes, as they are printed. */
export function TicketPage({ number, order, onBack }: TicketPageProps): ReactElement {
  const text = useText().order.ticket;
  const media = useApp((state) => state.media);
  const known = ticketMedia(order?.mediaSha256 ?? null, media);
  const [typed, setTyped] = useState<string | null>(null);
  const mediaName = typed ?? known?.name ?? '';
  const ticket = known === null ? null : { orderNumber: number, mediaName, mediaSha256: known.sha256 };
  const problem = ticket === null ? null : ticketProblem(ticket);
  return (
    <section className="screen screen-filled sheet-screen" aria-labelledby="ticket-title">
      <div className="stack no-print">
        <ScreenHeader id="ticket-title" title={text.title(number)}>
          {ticket !== null && problem === null && <PrintButton>{text.print}</PrintButton>}
          <BackButton onBack={onBack}>{text.back}</BackButton>
        </ScreenHeader>
        {ticket !== null && (
          <TextInput
            className="sheet-names"
            label={text.name}
            description={text.nameHint}
            error={problem === null ? null : text.problems[problem]}
            maxLength={longestTicketPart}
            autoComplete="off"
            value={mediaName}
            onChange={(event) => {
              setTyped(event.currentTarget.value);
            }}
          />
        )}
      </div>
      {ticket === null && (
        <Notice
          tone="warn"
          actions={
            <Button
              size="sm"
              onClick={() => {
                showScreen('media');
              }}
            >
              {text.toMedia}
            </Button>
          }
        >
          {text.noMedia}
        </Notice>
      )}
      {ticket !== null && problem === null && (
        <div className="fill surface sheet-page" tabIndex={0} role="region" aria-label={text.heading}>
          <TicketHead {...ticket} />
          {order !== null && <Machines order={order} />}
        </div>
      )}
    </section>
  );
}

interface TicketHeadProps {
  readonly orderNumber: string;
  readonly mediaName: string;
  readonly mediaSha256: string;
}

function TicketHead({ orderNumber, mediaName, mediaSha256 }: TicketHeadProps): ReactElement {
  const text = useText().order.ticket;
  const code = useMemo(
    () => drawQrCode(makeTicket({ orderNumber, mediaName, mediaSha256 })),
    [orderNumber, mediaName, mediaSha256],
  );
  return (
    <>
      <p className="papers-small">{text.heading}</p>
      <h2 className="ticket-number">{orderNumber}</h2>
      <div className="ticket">
        <img className="ticket-code" src={code} alt={text.codeOf(orderNumber)} />
        <div>
          <p className="papers-small">{text.media}</p>
          <p className="ticket-media">{mediaName}</p>
          <p className="papers-small">{text.sha256}</p>
          <p className="mono ticket-hash">{sha256Groups(mediaSha256).join(' ')}</p>
          <p className="papers-small">{text.made}</p>
          <p>{formatTime(new Date().toISOString())}</p>
          {text.use.map((sentence) => (
            <p key={sentence} className="ticket-use">
              {sentence}
            </p>
          ))}
        </div>
      </div>
    </>
  );
}

function Machines({ order }: { readonly order: OrderState }): ReactElement {
  const text = useText().order;
  const machines = useMemo(() => sortedMachines(order.lines), [order.lines]);
  const left = machines.length - mostMachines + order.hidden;
  return (
    <>
      <h3>{text.ticket.machines(machines.length + order.hidden)}</h3>
      <table className="papers-table ticket-machines">
        <tbody>
          {machines.slice(0, mostMachines).map((machine) => (
            <Machine key={machine.serial} machine={machine} />
          ))}
        </tbody>
      </table>
      {left > 0 && <p>{text.ticket.more(left)}</p>}
    </>
  );
}

function Machine({ machine }: { readonly machine: OrderStateLine }): ReactElement {
  const { ticket: text, states } = useText().order;
  const { serial, state, computerName, assetTag } = machine;
  const more = [state === 'expected' ? null : states[state], computerName, assetTag];
  return (
    <tr>
      <td className="papers-tick">
        <span />
      </td>
      <td>
        <strong>{serial}</strong>
        <br />
        {more.filter((one) => one !== null && one !== '').join(' · ')}
      </td>
      <td>
        <Picture picture={useCode128(serial)} alt={text.barcodeOf(serial)} height="9mm" />
      </td>
    </tr>
  );
}
