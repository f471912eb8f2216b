import { Button } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconEraser, IconInfoCircle } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { formatBytes } from '../../../core/base/display';
import { isRunning } from '../../../core/job/job';
import type { Drive } from '../../../core/drive/drive';
import { isBuiltIn } from '../../../core/drive/disk-rule';
import { send } from '../../actions';
import { Busy } from '../../components/busy';
import { Panel } from '../../components/panel';
import { Status } from '../../components/status';
import { useApp } from '../../store/app-store';
import { healthOf, jobOf, pairOf, pastOf } from '../../store/selectors';
import { useText, type Text } from '../../text';
import { HealthLine } from '../bench/health-line';
import { PastLines } from '../bench/past-lines';
import { fitsScreen, ScreenBarcode } from './screen-barcode';

const marks = {
  bad: IconEraser,
  good: IconCircleCheck,
  warn: IconAlertTriangle,
  info: IconInfoCircle,
} as const;

/** What is said of a disk in two words, and how. */
function verdictOf(
  drive: Drive,
  chosen: boolean,
  busy: boolean,
  text: Text['machine'],
): { readonly word: string; readonly tone: 'bad' | 'good' | 'warn' | 'info' } {
  if (busy) return { word: text.busy, tone: 'info' };
  if (chosen) return { word: text.chosen, tone: 'bad' };
  if (drive.reasons.some(({ code }) => code === 'live-medium')) return { word: text.theStick, tone: 'info' };
  if (drive.verdict === 'blocked') return { word: text.blocked, tone: 'warn' };
  return isBuiltIn(drive) ? { word: text.free, tone: 'good' } : { word: text.notByItself, tone: 'warn' };
}

function Disk({ drive, asked }: { readonly drive: Drive; readonly asked: boolean }): ReactElement {
  const { machine: text, bench } = useText();
  const pair = useApp((state) => pairOf(state, drive.id));
  const job = useApp((state) => jobOf(state, drive.id));
  const past = useApp((state) => pastOf(state, drive.id));
  const health = useApp((state) => healthOf(state, drive.id));
  const serialKnown = useApp(
    ({ live, pairing }) => (live.own?.found?.serial ?? pairing.waitingMachine ?? null) !== null,
  );
  const working = useApp(({ jobs }) => jobs.some(isRunning));
  const { word, tone } = verdictOf(drive, pair !== null, job !== null && isRunning(job), text);
  const Mark = marks[tone];
  const model = drive.model ?? bench.unknownModel;
  const usable = drive.verdict === 'eligible' && pair === null && job === null && !working;
  const isMedium = drive.reasons.some(({ code }) => code === 'live-medium');
  return (
    <li className="machine-disk" data-chosen={pair !== null}>
      <div className="machine-disk-words">
        <p className="machine-disk-name">
          {model} <span className="mono">{drive.serial ?? bench.noSerial}</span>
        </p>
        <p className="soft">
          {[formatBytes(drive.size), drive.bus?.toUpperCase(), drive.path]
            .filter((part) => part !== undefined)
            .join(' · ')}
        </p>
        {!isMedium && drive.reasons.map(({ message }) => <p key={message}>{message}</p>)}
        {!isMedium && drive.verdict === 'eligible' && (
          <p className="soft">
            {text.holds}: {drive.contents.length === 0 ? text.blank : drive.contents.join('; ')}
          </p>
        )}
        {drive.verdict === 'eligible' && past !== null && (
          <PastLines past={past} short={false} className="" />
        )}
        {drive.notes.map(({ code, message }) => (
          <p key={code + message} className="toned" data-tone="warn">
            {message}
          </p>
        ))}
        {health !== null && <HealthLine shown={health} />}
      </div>
      <Status tone={tone}>
        <Mark size={20} aria-hidden />
        {word}
      </Status>
      <div className="machine-disk-side">
        {asked && usable && drive.serial !== null && fitsScreen(drive.serial) && (
          <ScreenBarcode code={drive.serial} label={text.barcodeOf(text.disk, drive.serial)} />
        )}
        {usable && serialKnown && (
          <Button
            size="md"
            aria-label={text.useOf(`${model} ${drive.serial ?? ''}`.trim())}
            onClick={() => {
              send('useDisk', { driveId: drive.id });
            }}
          >
            {text.use}
          </Button>
        )}
      </div>
    </li>
  );
}

/** The disks of the machine with their verdicts. One that may be taken without asking comes first, the stick last. */
export function DisksPanel(): ReactElement {
  const text = useText().machine;
  const drives = useApp((state) => state.drives.drives);
  const listed = useApp((state) => state.drives.listed);
  const asked = useApp(({ pairing }) => pairing.waitingMachine !== null);
  const rank = (drive: Drive): number =>
    drive.reasons.some(({ code }) => code === 'live-medium')
      ? 3
      : drive.verdict === 'blocked'
        ? 2
        : isBuiltIn(drive)
          ? 0
          : 1;
  const sorted = drives.toSorted((one, other) => rank(one) - rank(other));
  return (
    <Panel title={text.disks} className="machine-disks">
      {!listed && <Busy>{text.looking}</Busy>}
      {listed && drives.length === 0 && <p>{text.noDisks}</p>}
      <ul className="machine-disk-list">
        {sorted.map((drive) => (
          <Disk key={drive.id} drive={drive} asked={asked} />
        ))}
      </ul>
    </Panel>
  );
}
