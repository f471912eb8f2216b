import { Loader } from '@mantine/core';
import { useEffect, type ReactElement } from 'react';
import { useText } from '../../text';
import { BundleMade } from './bundle-made';
import { PastShipments } from './past-shipments';
import { ShipForm } from './ship-form';
import { readShipments, shownOf, useShip } from './ship-store';
import { WaitingTable } from './waiting-table';
import './ship.css';

/** Finished machines are closed into shipments, and bundles made. */
export function ShipScreen(): ReactElement {
  const text = useText().ship;
  const { list, order, doing } = useShip((state) => state);
  useEffect(() => {
    void readShipments();
  }, []);
  return (
    <section className="ship" aria-labelledby="ship-title">
      <h1 id="ship-title" className="screen-title">
        {text.title}
      </h1>
      <div className="ship-said" role="status">
        {doing === 'closing' && (
          <p className="ship-busy">
            <Loader size="xs" aria-hidden /> {text.closing}
          </p>
        )}
        {list === null && doing === 'reading' && (
          <p className="ship-busy">
            <Loader size="xs" aria-hidden /> {text.loading}
          </p>
        )}
        <BundleMade />
      </div>
      {list !== null && (
        <>
          <section className="ship-part" aria-labelledby="ship-waiting">
            <h2 id="ship-waiting">{text.waiting}</h2>
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
              <div className="ship-held">
                <h3>{text.held}</h3>
                <ul>
                  {list.held.map(({ machineSerial, reason }) => (
                    <li key={machineSerial}>{reason}</li>
                  ))}
                </ul>
              </div>
            )}
          </section>
          <PastShipments shipments={list.shipments} busy={doing !== 'nothing'} />
        </>
      )}
    </section>
  );
}
