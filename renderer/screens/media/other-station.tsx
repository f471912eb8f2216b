import { Button, TextInput } from '@mantine/core';
import { useState, type ReactElement } from 'react';
import { assertNever } from '../../../core/base/errors';
import type { AppMirror } from '../../../core/contract/app-mirror';
import { readHostAndPort, readStationCode, type StationPlace } from '../../../core/settings/rack-settings';
import { send } from '../../actions';
import { Busy } from '../../components/busy';
import { ErrorCard } from '../../components/error-card';
import { useScans } from '../../scanner/scan-taker';
import { useApp } from '../../store/app-store';
import { useText } from '../../text';
import { ScreenBarcode } from '../machine/screen-barcode';
import { StationOffer } from './station-offer';
import './other-station.css';

/** Getting from another station: a component for each state. */

type Of<S extends AppMirror['status']> = Extract<AppMirror, { status: S }>;

interface OtherStationProps {
  /** Somebody wants to enter a station. */
  readonly asked: boolean;
  readonly onClose: () => void;
}

export function OtherStation({ asked, onClose }: OtherStationProps): ReactElement | null {
  const text = useText().mirror;
  const mirror = useApp((state) => state.mirror);
  if (mirror.status === 'off' && !asked) return null;
  return (
    <section className="stack sunken mirror" aria-labelledby="mirror-title">
      <h3 id="mirror-title">{text.title}</h3>
      <Shown mirror={mirror} onClose={onClose} />
    </section>
  );
}

function Shown({
  mirror,
  onClose,
}: Pick<OtherStationProps, 'onClose'> & { readonly mirror: AppMirror }): ReactElement {
  const kept = useApp(({ settings }) => settings.rack.other);
  const close = (): void => {
    send('leaveStation', {});
    onClose();
  };
  switch (mirror.status) {
    case 'off':
      return <StationForm kept={kept} onClose={close} />;
    case 'reaching':
      return <Reaching mirror={mirror} />;
    case 'refused':
      return (
        <>
          <ErrorCard error={mirror.error} />
          <StationForm kept={{ station: mirror.address, fingerprint: mirror.certificate }} onClose={close} />
        </>
      );
    case 'listed':
      return <StationOffer mirror={mirror} onClose={close} />;
    default:
      return assertNever(mirror);
  }
}

interface StationFormProps {
  /** What the fields hold at first. */
  readonly kept: StationPlace | null;
  readonly onClose: () => void;
}

function StationForm({ kept, onClose }: StationFormProps): ReactElement {
  const text = useText().mirror;
  const [station, setStation] = useState(kept?.station ?? '');
  const [fingerprint, setFingerprint] = useState(kept?.fingerprint ?? '');
  const isAddress = readHostAndPort(station.trim()) !== null;
  const isFingerprint = /^[0-9a-f]{64}$/i.test(fingerprint.replace(/[\s:]/g, ''));
  // Both at once, as they are scanned or pasted.
  const take = (typed: string): boolean => {
    const found = readStationCode(typed);
    if (found === null) return false;
    setStation(found.station);
    setFingerprint(found.fingerprint);
    return true;
  };
  // Badge, ticket, START and CANCEL stay the station's.
  useScans(true, (scanned) => {
    const found = readStationCode(scanned);
    if (found === null) return false;
    take(scanned);
    send('reachStation', found);
    return true;
  });
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        send('reachStation', { station, fingerprint });
      }}
    >
      <p className="soft">{text.intro}</p>
      <p>{text.scan}</p>
      <TextInput
        className="mirror-field"
        label={text.address}
        description={text.addressHint}
        value={station}
        error={station === '' || isAddress ? null : text.addressProblem}
        maxLength={300}
        autoComplete="off"
        spellCheck={false}
        classNames={{ input: 'mono' }}
        onChange={(event) => {
          const typed = event.currentTarget.value;
          if (!take(typed)) setStation(typed);
        }}
      />
      <TextInput
        className="mirror-fingerprint"
        label={text.fingerprint}
        value={fingerprint}
        error={fingerprint === '' || isFingerprint ? null : text.fingerprintProblem}
        maxLength={200}
        autoComplete="off"
        spellCheck={false}
        classNames={{ input: 'mono' }}
        onChange={(event) => {
          setFingerprint(event.currentTarget.value);
        }}
      />
      <div className="row">
        <Button type="submit" disabled={!isAddress || !isFingerprint}>
          {text.ask}
        </Button>
        <Button onClick={onClose}>{text.close}</Button>
      </div>
    </form>
  );
}

function Reaching({ mirror: { address, waiting } }: { readonly mirror: Of<'reaching'> }): ReactElement {
  const text = useText().mirror;
  return (
    <>
      {waiting === null ? (
        <Busy>{text.asking(address)}</Busy>
      ) : (
        <div className="stack" role="status">
          <p>
            <strong>{text.compare(waiting.station)}</strong>
          </p>
          <div className="mirror-code">
            <strong className="mono">{waiting.code}</strong>
            <ScreenBarcode code={waiting.code.replace(' ', '')} label={text.codeLabel(waiting.code)} />
          </div>
          <p>{text.compareHint}</p>
          <p className="soft">{text.waits}</p>
        </div>
      )}
      <div className="row">
        <Button
          onClick={() => {
            send('cancelMirror', {});
          }}
        >
          {text.cancel}
        </Button>
      </div>
    </>
  );
}
