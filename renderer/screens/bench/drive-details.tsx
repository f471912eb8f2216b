import { Button, Modal, TextInput } from '@mantine/core';
import { useState, type ReactElement, type ReactNode } from 'react';
import type { AppJob } from '../../../core/contract/app-bench';
import type { Pair } from '../../../core/pairing/pairing-state';
import type { Drive } from '../../../core/drive/drive';
import { normalizeSerial } from '../../../core/machine/serial';
import { act, send } from '../../actions';
import { formatBytes } from '../../../core/base/display';
import { DetailList, type Detail } from '../../components/details';
import { PrintLabel } from '../../components/print-label';
import { Mono } from '../../components/mono';
import { useApp } from '../../store/app-store';
import {
  bayOf,
  driveOf,
  erasureOf,
  isErasable,
  healthOf,
  jobOf,
  pairOf,
  pastOf,
  bootTestOf,
  isCheckable,
  sizeCheckOf,
} from '../../store/selectors';
import { selectDrive, useView } from '../../store/view-store';
import { useText } from '../../text';
import { EraseDetails } from './erase-details';
import { HealthDetails, SizeDetails } from './health-details';
import { JobActions } from './job-actions';
import { JobDetails, PlannedDetails } from './job-details';
import { PastDetails } from './past-details';
import { BootTestDetails } from './boot-test-details';
import { refusedAgain, WriteAgain } from './write-again';

function Section({
  title,
  children,
}: {
  readonly title: string;
  readonly children: ReactNode;
}): ReactElement {
  return (
    <section className="stack details-section">
      <h3>{title}</h3>
      {children}
    </section>
  );
}

function DriveDetailList({ drive }: { readonly drive: Drive }): ReactElement {
  const text = useText();
  const words = text.bench.details;
  const { card } = text.machines;
  const mono = (value: string | null): ReactNode =>
    value === null ? text.common.unknown : <Mono>{value}</Mono>;
  const details: Detail[] = [
    ...(drive.rack === undefined
      ? []
      : [
          { name: card.bay, value: mono(drive.rack.serial) },
          { name: card.id, value: mono(drive.rack.machine) },
        ]),
    { name: words.model, value: drive.model ?? text.common.unknown },
    { name: words.serial, value: mono(drive.serial) },
    { name: words.wwn, value: mono(drive.wwn) },
    { name: words.size, value: `${formatBytes(drive.size)} (${words.bytes(drive.size)})` },
    { name: words.bus, value: drive.bus === null ? text.common.unknown : drive.bus.toUpperCase() },
    {
      name: words.type,
      value:
        drive.rotational === null ? text.common.unknown : drive.rotational ? words.rotational : words.solid,
    },
    { name: words.sectors, value: words.sectorSizes(drive.logicalSectorSize, drive.physicalSectorSize) },
    { name: words.diskGuid, value: drive.diskGuid === null ? words.noDiskGuid : mono(drive.diskGuid) },
    { name: words.path, value: mono(drive.path) },
    { name: words.port, value: mono(drive.byPath) },
    {
      name: words.contents,
      value:
        drive.contents.length === 0 ? (
          words.nothingKnown
        ) : (
          <ul>
            {drive.contents.map((line, index) => (
              <li key={index}>{line}</li>
            ))}
          </ul>
        ),
    },
  ];
  return <DetailList details={details} />;
}

function PairByHand({
  driveId,
  pair,
  rack,
}: {
  readonly driveId: string;
  readonly pair: Pair | null;
  /** The machine of a rack that the drive is in. */
  readonly rack: Drive['rack'];
}): ReactElement {
  const text = useText().bench.details;
  const { card } = useText().machines;
  const [serial, setSerial] = useState('');
  const again = useApp((state) => refusedAgain(state.pairing));
  if (pair !== null) {
    return (
      <div className="row row-fields details-pair">
        <p>
          <span className="soft">{text.machine}</span> <Mono>{pair.machineSerial}</Mono>
        </p>
        <Button
          onClick={() => {
            send('unpair', { driveId });
          }}
        >
          {text.unpair}
        </Button>
      </div>
    );
  }
  if (rack !== undefined) {
    return (
      <>
        <p>{card.pairHint(rack.serial)}</p>
        <div className="row">
          <Button
            variant="filled"
            onClick={() => {
              send('pairInMachine', { driveId });
            }}
          >
            {card.pair}
          </Button>
        </div>
        <WriteAgain
          refused={again?.machineSerial === rack.serial || again?.driveId === driveId ? again : null}
          onDone={() => undefined}
        />
      </>
    );
  }
  const isOfForm = again?.machineSerial === normalizeSerial(serial) || again?.driveId === driveId;
  const submit = async (): Promise<void> => {
    const answer = await act('pair', { machineSerial: serial.trim(), driveId });
    if (answer !== null) setSerial('');
  };
  return (
    <>
      <form
        className="row row-fields details-pair"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <TextInput
          label={text.pairLabel}
          value={serial}
          maxLength={200}
          autoComplete="off"
          spellCheck={false}
          classNames={{ input: 'mono' }}
          onChange={(event) => {
            setSerial(event.currentTarget.value);
          }}
        />
        <Button type="submit" variant="filled" disabled={serial.trim() === ''}>
          {text.pairButton}
        </Button>
      </form>
      {/* Beside the form: what is sent in its dialog must not send this one, too. */}
      <WriteAgain
        refused={isOfForm ? again : null}
        onDone={() => {
          setSerial('');
        }}
      />
    </>
  );
}

interface ContentProps {
  readonly driveId: string;
  readonly drive: Drive | null;
  readonly job: AppJob | null;
}

/** What is known of a drive and its job, and what can be done with them. */
export function DriveContent({ driveId, drive, job }: ContentProps): ReactElement {
  const words = useText();
  const text = words.bench;
  const pair = useApp((state) => pairOf(state, driveId));
  const bootTest = useApp((state) => bootTestOf(state, driveId));
  const past = useApp((state) => pastOf(state, driveId));
  const health = useApp((state) => healthOf(state, driveId));
  const sizeCheck = useApp((state) => sizeCheckOf(state, driveId));
  const erasure = useApp((state) => erasureOf(state, driveId));
  const bay = useApp((state) => bayOf(state, driveId)?.label ?? job?.bay ?? '');
  // What is paired, written or finished is not erased for its size.
  const isFree =
    isCheckable(drive) &&
    job === null &&
    pair === null &&
    erasure?.status !== 'running' &&
    (past?.holds ?? null) === null;
  // A drive that is not fit to be written is erased all the same, and one that holds an image with a reason.
  const erasable =
    job === null && pair === null && sizeCheck?.status !== 'running' && isErasable(drive, erasure);
  return (
    <div className="stack details">
      {job !== null && (
        <Section title={text.details.job}>
          <JobDetails job={job} />
          <div className="row">
            <JobActions job={job} />
            {job.state.state === 'done' && (
              <PrintLabel wish={{ of: 'machine', machineSerial: job.machineSerial }}>
                {text.details.printLabel}
              </PrintLabel>
            )}
          </div>
        </Section>
      )}
      {drive !== null && drive.rack === undefined && job?.state.state === 'done' && (
        <Section title={text.rehearsal.title}>
          <BootTestDetails driveId={driveId} bay={job.bay} bootTest={bootTest} />
        </Section>
      )}
      {drive !== null && drive.verdict === 'blocked' && (
        <Section title={text.details.whyBlocked}>
          <ul className="bullets">
            {drive.reasons.map(({ code, message, release }) => (
              <li key={code + message}>
                {message}
                {release !== undefined && <p className="soft">{release}</p>}
              </li>
            ))}
          </ul>
        </Section>
      )}
      {drive !== null && drive.notes.length > 0 && (
        <Section title={text.details.notes}>
          <ul className="bullets">
            {drive.notes.map(({ code, message }) => (
              <li key={code + message}>{message}</li>
            ))}
          </ul>
        </Section>
      )}
      {drive !== null && drive.verdict === 'eligible' && job === null && (
        <Section title={pair === null ? text.details.pairTitle : text.details.gets}>
          <PairByHand driveId={driveId} pair={pair} rack={drive.rack} />
          {pair !== null && <PlannedDetails driveId={driveId} />}
        </Section>
      )}
      {past !== null && (
        <Section title={words.past.title}>
          <PastDetails past={past} />
        </Section>
      )}
      {drive !== null && (
        <Section title={words.health.title}>
          <HealthDetails drive={drive} bay={bay} shown={health} />
        </Section>
      )}
      {drive !== null && (isFree || sizeCheck !== null) && (
        <Section title={words.health.size.title}>
          <SizeDetails driveId={driveId} bay={bay} check={sizeCheck} free={isFree} />
        </Section>
      )}
      {drive !== null && (erasable || erasure !== null) && (
        <Section title={words.erase.title}>
          <EraseDetails drive={drive} bay={bay} erasure={erasure} free={erasable} />
        </Section>
      )}
      <Section title={text.details.drive}>
        {drive === null ? <p>{text.gone}</p> : <DriveDetailList drive={drive} />}
      </Section>
    </div>
  );
}

/** Everything that is known of one drive, and what can be done with it. */
export function DriveDetails(): ReactElement {
  const text = useText();
  const driveId = useView((view) => view.selectedDriveId);
  const drive = useApp((state) => driveOf(state, driveId));
  const job = useApp((state) => jobOf(state, driveId));
  const bay = useApp((state) => bayOf(state, driveId)?.label ?? job?.bay ?? '');
  const armed = useApp(({ pairing }) => pairing.armed);
  // A drive that was taken out, and whose job was cleared, has nothing left to be told. The start comes first.
  const opened = driveId !== null && !armed && (drive !== null || job !== null);
  return (
    <Modal
      opened={opened}
      onClose={() => {
        selectDrive(null);
      }}
      title={text.bench.details.title(bay)}
      closeButtonProps={{ 'aria-label': text.common.close }}
      size="44rem"
    >
      {opened && <DriveContent driveId={driveId} drive={drive} job={job} />}
    </Modal>
  );
}
