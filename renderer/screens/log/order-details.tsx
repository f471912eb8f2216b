import type { JobDetails, OrderRecord } from '../../../core/ledger/record';
import { replacedText, returnedOf } from '../../../core/machine/replaced-computer';
import type { Detail } from '../../components/details';
import { Mono } from '../../components/mono';
import type { Text } from '../../text';
import { present } from './detail-rows';

type Words = Text['log'];

/** What was done with a work order, or what a shipment holds. */
export function orderDetails(record: OrderRecord, text: Words): Detail[] {
  const words = text.details;
  switch (record.kind) {
    case 'order-opened':
      return present([
        [words.result, text.results['order-opened']],
        [words.workOrder, record.number],
        [words.machines, text.number(record.machines)],
        [words.orderSha256, record.orderSha256, true],
        [words.orderId, record.orderId, true],
      ]);
    case 'order-exception':
      return present([
        [words.result, text.results[record.what === 'left-out' ? 'machine-left-out' : 'machine-allowed']],
        [words.machine, record.machineSerial, true],
        [words.reason, record.reason],
        [words.orderId, record.orderId, true],
      ]);
    case 'machine-returned':
      return present([
        [words.result, text.results['machine-returned']],
        [words.returned, replacedText(returnedOf(record))],
        [words.replacedBy, record.replacedBy, true],
        [words.reason, record.note ?? null],
        [words.orderId, record.orderId ?? null, true],
      ]);
    case 'got-from-station':
      return present([
        [words.result, text.results[record.what.is === 'media' ? 'media-got' : 'image-got']],
        ...sourceRows(record.from, words),
        [words.file, record.what.is === 'media' ? record.what.name : null],
        [words.sha256, record.what.is === 'media' ? record.what.sha256 : record.what.mediaSha256, true],
        [words.fingerprint, record.what.is === 'media' ? null : record.what.fingerprint, true],
      ]);
    case 'order-closed':
      return present([
        [words.result, text.results['order-closed']],
        [words.workOrder, record.number],
        [words.done, text.number(record.done)],
        [words.leftOut, text.number(record.leftOut)],
        [words.unexpected, text.number(record.unexpected)],
        [words.orderId, record.orderId, true],
      ]);
    case 'shipment-closed':
      return [
        ...present([
          [words.result, text.results.shipped],
          [words.shipment, record.number],
          [words.workOrder, record.orderNumber],
        ]),
        {
          name: words.machines,
          value: (
            <ol className="log-machines">
              {record.machines.map(({ machineSerial, sequence }) => (
                <li key={machineSerial}>
                  <Mono>{machineSerial}</Mono> <span className="soft">{text.entry(sequence)}</span>
                </li>
              ))}
            </ol>
          ),
        },
        ...present([[words.shipmentId, record.shipmentId, true]]),
      ];
  }
}

/** The station that a disk image or a media file came from. */
export function sourceRows(
  from: JobDetails['imageFrom'],
  words: Words['details'],
): [string, string | null, boolean?][] {
  if (from === undefined) return [];
  return [
    [words.fromStation, from.station],
    [words.fromCertificate, from.certificate, true],
    [words.fromKey, from.keyFingerprint, true],
  ];
}
