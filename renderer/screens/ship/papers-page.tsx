import { Button } from '@mantine/core';
import { useMemo, type ReactElement } from 'react';
import type { ShipmentPapers } from '../../../core/contract/app-shipments';
import { PrintButton } from '../../components/print-button';
import { BackButton, ScreenHeader } from '../../components/screen-header';
import { formatTime } from '../../format';
import { useText } from '../../text';
import { drawCode128, drawQrCode, type BarcodePicture } from '../sheet/barcode';
import '../sheet/sheet.css';
import './papers.css';
import { closePapers, papers, shipStore, type Paper } from './ship-store';

type Machine = ShipmentPapers['machines'][number];

interface PapersProps {
  readonly content: ShipmentPapers;
}

/** Packing list and labels of a shipment as they are printed, and the button that prints. */
export function PapersPage({ paper, content }: PapersProps & { readonly paper: Paper }): ReactElement {
  const text = useText().ship;
  return (
    <section className="screen screen-filled sheet-screen" aria-labelledby="papers-title">
      <div className="no-print">
        <ScreenHeader id="papers-title" title={text.papersOf(content.number)}>
          <PrintButton>{text.print}</PrintButton>
          {papers.map((one) => (
            <Button
              key={one}
              variant={one === paper ? 'light' : 'default'}
              aria-pressed={one === paper}
              onClick={() => {
                shipStore.setState({ papers: { paper: one, content } });
              }}
            >
              {text.paperNames[one]}
            </Button>
          ))}
          <BackButton onBack={closePapers}>{text.back}</BackButton>
        </ScreenHeader>
      </div>
      <div
        className={`fill surface sheet-page papers-${paper}`}
        tabIndex={0}
        role="region"
        aria-label={text.paperNames[paper]}
      >
        {paper === 'packing-list' ? <PackingList content={content} /> : <Labels content={content} />}
      </div>
    </section>
  );
}

/** For whoever packs, and whoever unpacks: a box to tick a machine. */
function PackingList({ content }: PapersProps): ReactElement {
  const { paper: text } = useText().ship;
  const { number, orderNumber, closedAt, operator, stationName, machines } = content;
  return (
    <>
      <header className="papers-head">
        <div>
          <p className="papers-small">{text.packingList}</p>
          <h2>{number}</h2>
        </div>
        <Picture picture={useCode128(number)} alt={text.barcodeOf(number)} height="13mm" />
      </header>
      <p>{text.closed(machines.length, orderNumber, formatTime(closedAt), operator, stationName)}</p>
      <table className="papers-table">
        <thead>
          <tr>
            {text.columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {machines.map(({ machineSerial, computerName, assetTag, model }, index) => (
            <tr key={machineSerial}>
              <td>{index + 1}</td>
              <td>
                <strong>{machineSerial}</strong>
              </td>
              <td>{computerName}</td>
              <td>{assetTag}</td>
              <td>{model}</td>
              <td className="papers-tick">
                <span />
              </td>
              <td className="papers-tick">
                <span />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <div className="papers-signs">
        {text.signs.map((sign) => (
          <p key={sign}>{sign}</p>
        ))}
      </div>
    </>
  );
}

/** A label a box: 105 × 74 mm, eight on a sheet of A4. */
function Labels({ content }: PapersProps): ReactElement {
  return (
    <ul className="papers-sheet">
      {content.machines.map((machine, index) => (
        <Label key={machine.machineSerial} content={content} machine={machine} box={index + 1} />
      ))}
    </ul>
  );
}

function Label({
  content,
  machine,
  box,
}: PapersProps & { readonly machine: Machine; readonly box: number }): ReactElement {
  const { paper: text } = useText().ship;
  const { number, orderNumber, stationName, machines } = content;
  const { machineSerial, computerName, assetTag, code } = machine;
  const qr = useMemo(() => drawQrCode(code), [code]);
  return (
    <li className="papers-label">
      <div className="papers-label-head">
        <div>
          <p className="papers-small">{text.machine}</p>
          <p className="papers-serial">{machineSerial}</p>
          <p>{[computerName, assetTag].filter((name) => name !== null).join(' · ')}</p>
          <p className="papers-small">{text.box(box, machines.length)}</p>
          <p>
            <strong>{number}</strong>
          </p>
        </div>
        <img src={qr} alt={text.codeOf(machineSerial)} />
      </div>
      <Picture picture={useCode128(machineSerial)} alt={text.barcodeOf(machineSerial)} height="13mm" />
      <Picture picture={useCode128(number)} alt={text.barcodeOf(number)} height="9mm" />
      <p className="papers-small">{text.from(orderNumber, stationName)}</p>
    </li>
  );
}

export function useCode128(content: string): BarcodePicture {
  return useMemo(() => drawCode128(content), [content]);
}

/** Widest module in millimetres, as on the papers of the bundle; longer codes are drawn narrower. */
const widestModule = 0.375;

export function Picture({
  picture,
  alt,
  height,
}: {
  readonly picture: BarcodePicture;
  readonly alt: string;
  readonly height: string;
}): ReactElement {
  const width = `${(picture.modules * widestModule).toFixed(1)}mm`;
  return <img className="papers-bars" src={picture.source} alt={alt} style={{ width, height }} />;
}
