import { Button } from '@mantine/core';
import type { ReactElement } from 'react';
import { send } from '../../actions';
import { Busy } from '../../components/busy';
import { DetailList } from '../../components/details';
import { ErrorCard } from '../../components/error-card';
import { Mono } from '../../components/mono';
import { ProgressBar } from '../../components/progress-bar';
import { appState, useApp } from '../../store/app-store';
import { useText } from '../../text';

/** How it stands with the machines that this app starts from the network; nothing where it starts none. */
export function BootStateShown(): ReactElement | null {
  const text = useText().machines.boot;
  const { service, fetches } = useApp(({ rack }) => rack.boot);
  switch (service.state) {
    case 'off':
      return null;
    case 'starting': {
      const { done, total } = service;
      const percent = total === 0 ? null : Math.floor((done / total) * 100);
      return (
        <div className="stack">
          <Busy>{percent === 100 ? text.asks(service.interface) : text.checks}</Busy>
          {percent !== null && percent < 100 && <ProgressBar label={text.checks} percent={percent} />}
          <div className="row">
            <Button
              onClick={() => {
                send('stopRack', {});
              }}
            >
              {text.cancel}
            </Button>
          </div>
        </div>
      );
    }
    case 'serving':
      return (
        <>
          <p role="status">{text.serving}</p>
          <DetailList
            details={[
              {
                name: text.through,
                value: <Mono>{`${service.interface}, ${service.address}`}</Mono>,
              },
              { name: text.version, value: <Mono>{service.version}</Mono> },
              { name: text.machines, value: text.fetches(fetches.fetching, fetches.fetched) },
            ]}
          />
          <p className="soft">{text.firmware}</p>
        </>
      );
    case 'waiting':
      return <ErrorCard error={service.error} />;
    case 'refused':
      return (
        <ErrorCard error={service.error}>
          <Button onClick={startAgain}>{text.again}</Button>
        </ErrorCard>
      );
  }
}

function startAgain(): void {
  const { rack, settings } = appState();
  const { interface: name, images } = settings.rack.boot;
  const image = images[0] ?? rack.boot.ownImage;
  if (name !== null && image !== null) send('serveRack', { listen: null, boot: { interface: name, image } });
}
