import { Button } from '@mantine/core';
import { IconChevronDown, IconChevronUp } from '@tabler/icons-react';
import { useState, type ReactElement } from 'react';
import type { Drive } from '../../../core/drive/drive';
import type { Pair } from '../../../core/pairing/pairing-state';
import { formatBytes } from '../../../core/base/display';
import { replacedText } from '../../../core/machine/replaced-computer';
import { DataTable } from '../../components/data-table';
import { useApp } from '../../store/app-store';
import { erasePlanOf, healthOf, pastOf } from '../../store/selectors';
import { EraseHow } from '../bench/erase-overlay';
import { HealthLine } from '../bench/health-line';
import { PastLines } from '../bench/past-lines';
import { useText } from '../../text';
import { arrangeLines, type EraseLine } from './start-lines';

/** What the drive holds, and how it failed. What the list named when it was shown is named, whatever is told since. */
function Past({ pair: { driveId, holdsMachine } }: { readonly pair: Pair }): ReactElement | null {
  const text = useText().bench.start;
  const past = useApp((state) => pastOf(state, driveId));
  const same = past?.holds?.machineSerial === holdsMachine;
  return (
    <>
      {holdsMachine !== undefined && !same && (
        <strong className="toned" data-tone="bad">
          {text.finishedImage(holdsMachine)}
        </strong>
      )}
      {past !== null && <PastLines past={same ? past : { ...past, holds: null }} />}
    </>
  );
}

/** What the system sees on a drive. That it sees nothing is worth a word only where the log has none either. */
function Contents({ drive, pair }: { readonly drive: Drive; readonly pair: Pair }): ReactElement {
  const text = useText().bench.start;
  const past = useApp((state) => pastOf(state, drive.id));
  const known = past !== null || pair.holdsMachine !== undefined;
  return <>{drive.contents.length > 0 ? drive.contents.join('; ') : known ? '' : text.nothingKnown}</>;
}

/** Its health, where it was asked. */
function Health({ driveId }: { readonly driveId: string }): ReactElement | null {
  const health = useApp((state) => healthOf(state, driveId));
  return health === null ? null : <HealthLine shown={health} />;
}

/** How it is erased securely before it is written, where the settings say so. */
function Erase({ driveId }: { readonly driveId: string }): ReactElement | null {
  const sanitise = useApp(({ settings }) => settings.sanitise);
  const plan = useApp((state) => erasePlanOf(state, driveId));
  return sanitise ? <EraseHow plan={plan} /> : null;
}

/** What the machine's drive will get: its name, model, drivers, and the computer that it replaces. */
function Gets({ planned }: Pick<EraseLine, 'planned'>): ReactElement | null {
  const text = useText().bench.start;
  if (planned === undefined || planned === null) return null;
  const { computerName, model, driverPack, replaces } = planned;
  const named = [computerName, model].flatMap((one) => (one === undefined ? [] : [one]));
  const further = [
    ...(typeof driverPack === 'string' ? [text.driverPack(driverPack)] : []),
    ...(replaces === undefined ? [] : [text.replaces(replacedText(replaces))]),
  ];
  return (
    <div className="erase-gets">
      {named.length > 0 && <p>{named.join(' · ')}</p>}
      {further.map((line) => (
        <p key={line}>{line}</p>
      ))}
      {driverPack === null && (
        <p className="toned" data-tone="warn">
          {text.noDriverPack}
        </p>
      )}
    </div>
  );
}

/** A drive that will be erased, with what is on it now. */
function Line({ pair, drive, planned }: EraseLine): ReactElement {
  const words = useText().bench;
  const text = words.start;
  return (
    <tr>
      <th scope="row">{pair.bay}</th>
      <td className="erase-list-machine">
        <span className="mono">{pair.machineSerial}</span>
        <Gets planned={planned} />
        {pair.driveReason !== undefined && (
          <p className="toned" data-tone="warn">
            {text.driveAgain(pair.driveReason)}
          </p>
        )}
        {pair.againReason !== undefined && (
          <p className="toned" data-tone="warn">
            {text.again(pair.againReason)}
          </p>
        )}
      </td>
      {drive === null ? (
        <td colSpan={3} className="toned" data-tone="bad">
          {text.driveGone}
        </td>
      ) : (
        <>
          <td className="erase-list-drive">
            {drive.model ?? words.unknownModel}
            <p className="mono soft">{drive.serial ?? words.noSerial}</p>
          </td>
          <td className="nowrap">{formatBytes(drive.size)}</td>
          <td>
            <Past pair={pair} />
            {drive.notes.map(({ code, message }) => (
              <p key={code + message} className="toned" data-tone="warn">
                {message}
              </p>
            ))}
            <Health driveId={drive.id} />
            <Contents drive={drive} pair={pair} />
            <Erase driveId={drive.id} />
          </td>
        </>
      )}
    </tr>
  );
}

/** Blank drives in one line, by bay and machine; pressed, each has a line of its own. */
function Folded({ lines }: { readonly lines: readonly EraseLine[] }): ReactElement {
  const { bench, rack } = useText();
  const text = bench.start;
  const [opened, setOpened] = useState(false);
  const { planned, list } = useText().erase;
  const ways = [
    ...new Set(
      lines.flatMap(({ plan }) =>
        plan === undefined || plan === null || plan.can === false
          ? []
          : [plan.can === true ? planned(plan) : list.underWay],
      ),
    ),
  ];
  return (
    <>
      <tr className="erase-fold">
        <td colSpan={5}>
          <Button
            variant="light"
            aria-expanded={opened}
            rightSection={
              opened ? <IconChevronUp size={20} aria-hidden /> : <IconChevronDown size={20} aria-hidden />
            }
            onClick={() => {
              setOpened(!opened);
            }}
          >
            {text.blank(lines.length)}
          </Button>
          {ways.map((way) => (
            <p key={way} className="soft">
              {way}
            </p>
          ))}
          {!opened && (
            <ul className="erase-fold-list" aria-label={text.blank(lines.length)}>
              {lines.map(({ pair, planned }) => (
                <li key={pair.driveId}>
                  <strong>{rack.short(pair.bay)}</strong> <span className="mono">{pair.machineSerial}</span>
                  {planned?.computerName !== undefined && ` ${planned.computerName}`}
                  {typeof planned?.driverPack === 'string' && (
                    <span className="soft"> {planned.driverPack}</span>
                  )}
                </li>
              ))}
            </ul>
          )}
        </td>
      </tr>
      {opened && lines.map((line) => <Line key={line.pair.driveId} {...line} />)}
    </>
  );
}

/** The drives that will be erased, with what is on them now: what has to be looked at first. */
export function EraseList({ lines }: { readonly lines: readonly EraseLine[] }): ReactElement {
  const text = useText().bench.start;
  const { first, folded } = arrangeLines(lines);
  return (
    <DataTable
      className="erase-list"
      label={text.title(lines.length)}
      columns={[text.bay, text.machine, text.drive, text.size, text.contents]}
    >
      {first.map((line) => (
        <Line key={line.pair.driveId} {...line} />
      ))}
      {folded.length > 0 && <Folded lines={folded} />}
    </DataTable>
  );
}
