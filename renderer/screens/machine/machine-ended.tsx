import { Button } from '@mantine/core';
import { IconCheck, IconX } from '@tabler/icons-react';
import type { CSSProperties, ReactElement } from 'react';
import { formatBytes } from '../../../core/base/display';
import { send } from '../../actions';
import { useApp } from '../../store/app-store';
import { useSaidScan } from '../../store/flow';
import { driveOf } from '../../store/selectors';
import { useText } from '../../text';
import { commandBarcode } from '../../../core/scan/scan';
import { ownJobOf } from './own-state';
import { refusedAgain, WriteAgain } from '../bench/write-again';
import { fitsScreen, ScreenBarcode } from './screen-barcode';
import './machine.css';

interface MachineEndedProps {
  readonly result: 'pass' | 'fail';
  /** Shows the machine's screen instead. */
  readonly onLeave: () => void;
}

/** How it ended, with the serial, to be read from three metres; what to do next; and the ways to turn it off. */
export function MachineEnded({ result, onLeave }: MachineEndedProps): ReactElement | null {
  const { machine: text, bench } = useText();
  const job = useApp(ownJobOf);
  const drive = useApp((state) => driveOf(state, job?.driveId ?? null));
  const said = useSaidScan();
  const again = useApp(({ pairing }) => refusedAgain(pairing));
  const notice = useApp(({ notices }) => notices[0]?.error ?? null);
  const kept = useApp(({ live, station }) => live.live?.data === 'open' && station.benchDirectory === null);
  if (job === null) return null;
  const { machineSerial, machine, state, ledgerEntry, driveId } = job;
  const passed = result === 'pass';
  const Mark = passed ? IconCheck : IconX;
  const reason = state.state === 'failed' ? state.reason : null;
  const disk = drive === null ? [] : [drive.model, drive.serial, formatBytes(drive.size)];
  const facts = [machine?.computerName, machine?.model, ...disk].filter((part) => typeof part === 'string');
  const refused = said?.outcome.result === 'refused' ? bench.refused(said.outcome) : null;
  const scanned =
    said === null || said.outcome.result === 'refused'
      ? null
      : (text.accepted(said.outcome) ?? bench.accepted(said.outcome));
  return (
    <section className="machine-ended" data-result={result} aria-label={text.result}>
      <h1 className="machine-ended-word">
        <Mark stroke={4} aria-hidden />
        {passed ? text.pass : text.fail}
      </h1>
      <p
        className="machine-ended-serial mono"
        style={{ '--letters': Math.max(8, machineSerial.length) } as CSSProperties}
      >
        {machineSerial}
      </p>
      <p className="machine-ended-facts">
        {[...facts, ...(ledgerEntry === null ? [] : [text.entry(ledgerEntry)])].join(' · ')}
      </p>
      <div className="machine-ended-next" role="status">
        {reason !== null && <p>{reason.message}</p>}
        <p>{again !== null ? text.reason : !passed ? text.failed : kept ? text.finished : text.practised}</p>
        {(refused !== null || scanned !== null) && <p className="machine-ended-said">{refused ?? scanned}</p>}
        {notice !== null && <p className="machine-ended-said">{notice.message}</p>}
      </div>
      <div className="machine-ended-foot">
        {fitsScreen(machineSerial) && (
          <figure>
            <ScreenBarcode code={machineSerial} label={text.barcodeOf(text.serial, machineSerial)} />
            <figcaption>{text.serialScan}</figcaption>
          </figure>
        )}
        <div className="machine-ended-buttons">
          <WriteAgain refused={again} large />
          {job.canRetry && again === null && (
            <Button
              size="xl"
              variant="default"
              onClick={() => {
                send('retryJob', { driveId });
              }}
            >
              {text.again}
            </Button>
          )}
          <Button size="xl" variant="default" onClick={onLeave}>
            {text.details}
          </Button>
          <Button
            size="xl"
            variant="default"
            onClick={() => {
              send('powerOff', {});
            }}
          >
            {text.turnOff}
          </Button>
        </div>
        <figure>
          <ScreenBarcode
            code={commandBarcode('OFF')}
            label={text.barcodeOf(text.turnOff, commandBarcode('OFF'))}
          />
          <figcaption>{text.turnOffScan}</figcaption>
        </figure>
      </div>
    </section>
  );
}
