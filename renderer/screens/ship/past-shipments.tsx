import { Button } from '@mantine/core';
import { IconPrinter, IconRefresh } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import type { ShipmentLine } from '../../../core/contract/app-shipments';
import { DataTable } from '../../components/data-table';
import { PrintLabel } from '../../components/print-label';
import { Panel } from '../../components/panel';
import { formatTime } from '../../format';
import { useText } from '../../text';
import { remakeBundle, showPaper } from './ship-store';

interface PastShipmentsProps {
  readonly shipments: readonly ShipmentLine[];
  readonly busy: boolean;
}

/** What was shipped, with its bundle to be made again. */
export function PastShipments({ shipments, busy }: PastShipmentsProps): ReactElement {
  const text = useText().ship;
  const columns = (['number', 'order', 'machines', 'closed', 'by', 'act'] as const).map(
    (column) => text.pastColumns[column],
  );
  return (
    <Panel title={text.past}>
      {shipments.length === 0 ? (
        <p className="soft">{text.noPast}</p>
      ) : (
        <DataTable className="ship-table" label={text.pastTable} columns={columns}>
          {shipments.map(({ number, orderNumber, machines, closedAt, operator }) => (
            <tr key={number}>
              <td className="mono">{number}</td>
              <td>{orderNumber ?? '–'}</td>
              <td>{machines}</td>
              <td>{formatTime(closedAt)}</td>
              <td>{operator}</td>
              <td>
                <div className="row">
                  <Button
                    aria-label={text.printFor(number)}
                    leftSection={<IconPrinter size={18} aria-hidden />}
                    onClick={() => void showPaper(number, 'packing-list')}
                  >
                    {text.print}
                  </Button>
                  <PrintLabel wish={{ of: 'shipment', number }} name={text.labelsFor(number)}>
                    {text.boxLabels}
                  </PrintLabel>
                  <Button
                    disabled={busy}
                    aria-label={text.againFor(number)}
                    leftSection={<IconRefresh size={18} aria-hidden />}
                    onClick={() => void remakeBundle(number)}
                  >
                    {text.again}
                  </Button>
                </div>
              </td>
            </tr>
          ))}
        </DataTable>
      )}
    </Panel>
  );
}
