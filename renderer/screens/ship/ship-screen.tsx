import { useEffect, type ReactElement } from 'react';
import { Busy } from '../../components/busy';
import { Notice } from '../../components/notice';
import { Panel } from '../../components/panel';
import { ScreenHeader } from '../../components/screen-header';
import { useApp } from '../../store/app-store';
import { useText } from '../../text';
import { OrderReturns } from '../order/order-returns';
import { BundleMade } from './bundle-made';
import { PapersPage } from './papers-page';
import { PastShipments } from './past-shipments';
import { ShipForm } from './ship-form';
import { readShipments, shownOf, useShip } from './ship-store';
import { WaitingTable } from './waiting-table';
import './ship.css';

/** Finished machines are closed into shipments, and bundles made. */
export function ShipScreen(): ReactElement {
  const text = useText().ship;
  const { list, order, doing, papers } = useShip((state) => state);
  const returns = useApp((state) => state.order?.returns ?? null);
  useEffect(() => {
    void readShipments();
  }, []);
  if (papers !== null) return <PapersPage paper={papers.paper} content={papers.content} />;
  return (
    <section className="screen" aria-labelledby="ship-title">
      <ScreenHeader id="ship-title" title={text.title} />
      <div className="live" role="status">
        {doing === 'closing' && <Busy>{text.closing}</Busy>}
        {list === null && doing === 'reading' && <Busy>{text.loading}</Busy>}
        <BundleMade />
      </div>
      {list !== null && (
        <>
          <Panel title={text.waiting}>
            {list.waiting.length === 0 ? (
              <p className="soft">{text.nothingWaits}</p>
            ) : (
              <>
                <ShipForm waiting={list.waiting} />
                {list.more && <p className="soft">{text.more}</p>}
                <WaitingTable shown={shownOf(list.waiting, order)} />
              </>
            )}
            {list.held.length > 0 && (
              <Notice tone="warn" title={<h3>{text.held}</h3>}>
                <ul>
                  {list.held.map(({ machineSerial, reason }) => (
                    <li key={machineSerial}>{reason}</li>
                  ))}
                </ul>
              </Notice>
            )}
          </Panel>
          <OrderReturns returns={returns} />
          <PastShipments shipments={list.shipments} busy={doing !== 'nothing'} />
        </>
      )}
    </section>
  );
}
