import type { ReactElement } from 'react';
import type { DrivePast } from '../../../core/ledger/drive-past';
import { DetailList, type Detail } from '../../components/details';
import { Mono } from '../../components/mono';
import { formatDay, formatTime } from '../../format';
import { useText } from '../../text';

/** What the log tells of a drive: its image, where that went, and what went wrong since. */
export function PastDetails({ past }: { readonly past: DrivePast }): ReactElement {
  const text = useText();
  const words = text.past;
  const record = text.bench.details.recordNumber;
  const { holds, lastBad, failures } = past;
  const details: Detail[] = [];
  if (holds !== null) {
    const { shipped } = holds;
    details.push(
      { name: words.image, value: <Mono>{holds.machineSerial}</Mono> },
      { name: words.written, value: `${formatTime(holds.time)} · ${record(holds.entry)}` },
      { name: words.media, value: holds.media },
      {
        name: words.shipment,
        value:
          shipped === null ? words.notShipped : words.shippedAs(shipped.number, formatTime(shipped.time)),
      },
    );
  }
  if (lastBad !== null) {
    const bad = words.bad(past, formatDay);
    details.push({ name: words.lastBad, value: `${bad ?? ''} · ${record(lastBad.entry)}` });
  }
  if (failures > 0) details.push({ name: words.failures, value: String(failures) });
  const care = words.care(past, formatDay);
  if (care !== null && past.care !== undefined) {
    details.push({ name: words.careTitle, value: `${care} · ${record(past.care.entry)}` });
  }
  return <DetailList details={details} />;
}
