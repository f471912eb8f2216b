import type { ReactElement } from 'react';
import { formatTime } from '../../format';
import { useLine } from '../../store/line-store';
import { useText } from '../../text';
import { Picture, useCode128 } from '../ship/papers-page';
import '../ship/papers.css';
import type { DriveLabel } from '../../store/line-store';

/** The label of a drive that was just taken out: only on paper, in the size and form of a shipment's labels. */
export function LineLabel(): ReactElement | null {
  const label = useLine((line) => line.label);
  return label === null ? null : <Label label={label} />;
}

function Label({ label }: { readonly label: DriveLabel }): ReactElement {
  const text = useText().line.label;
  const { machineSerial, bay, orderNumber, stationName, time } = label;
  const bars = useCode128(machineSerial);
  return (
    <section className="line-label papers-label" aria-label={text.region}>
      <div>
        <p className="papers-small">{text.machine}</p>
        <p className="papers-serial">{machineSerial}</p>
        <p>
          {text.bay(bay)} · {formatTime(time)}
        </p>
      </div>
      <Picture picture={bars} alt={text.barcode(machineSerial)} height="18mm" />
      <p className="papers-small">{text.from(orderNumber, stationName)}</p>
    </section>
  );
}
