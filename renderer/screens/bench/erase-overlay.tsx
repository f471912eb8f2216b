import { Button, Modal, TextInput } from '@mantine/core';
import { IconArrowLeft } from '@tabler/icons-react';
import { useState, type ReactElement } from 'react';
import { formatBytes } from '../../../core/base/display';
import type { ErasePlansState } from '../../../core/contract/app-erase';
import type { Drive } from '../../../core/drive/drive';
import { shownOf } from '../../../core/sanitise/choose';
import { methodFacts } from '../../../core/sanitise/methods';
import { act, send } from '../../actions';
import { DataTable } from '../../components/data-table';
import { useApp, useAppShallow } from '../../store/app-store';
import { bayOf, driveOf, erasePlanOf, foundHolding, healthOf, pastOf } from '../../store/selectors';
import { remedyInApp } from '../../remedy';
import { useText } from '../../text';
import { StartAct } from '../start/start-act';
import { HealthLine } from './health-line';
import { PastLines } from './past-lines';
import '../start/start.css';

interface EraseOverlayProps {
  readonly driveIds: readonly string[];
  readonly onClose: () => void;
}

/** Drives that will be erased for no machine: which, what is lost, how; and the deliberate act that starts it. */
export function EraseOverlay({ driveIds, onClose }: EraseOverlayProps): ReactElement {
  const text = useText().erase.list;
  return (
    <Modal
      opened
      onClose={onClose}
      title={text.title(driveIds.length)}
      closeButtonProps={{ 'aria-label': text.close }}
      closeOnClickOutside={false}
      size="72rem"
      classNames={{ title: 'start-title', content: 'start-modal', body: 'start-modal-body' }}
    >
      <Content {...{ driveIds, onClose }} />
    </Modal>
  );
}

function Content({ driveIds, onClose }: EraseOverlayProps): ReactElement {
  const words = useText();
  const text = words.erase.list;
  const operator = useApp(({ batch }) => batch.operator);
  const drives = useAppShallow((state) => driveIds.map((driveId) => driveOf(state, driveId)));
  const plans = useAppShallow((state) => driveIds.map((driveId) => erasePlanOf(state, driveId)));
  const holding = useAppShallow((state) =>
    driveIds.map(
      (driveId) => (pastOf(state, driveId)?.holds ?? null) !== null || foundHolding(state, driveId) !== null,
    ),
  );
  const [reason, setReason] = useState('');
  const [asking, setAsking] = useState(false);
  const needsReason = holding.some((holds) => holds);
  const unasked = driveIds.filter((_, index) => plans[index] === null);
  const itself = plans.some(
    (plan) => plan?.can === 'under-way' || (plan?.can === true && methodFacts[plan.method].byDrive),
  );
  const problem =
    operator === ''
      ? text.noOperator
      : drives.some((drive) => drive === null)
        ? words.bench.start.incomplete
        : plans.some((plan) => plan?.can === false)
          ? text.refused
          : unasked.length > 0
            ? text.notAsked
            : needsReason && reason.trim() === ''
              ? text.reasonMissing
              : null;
  const erase = async (): Promise<void> => {
    setAsking(true);
    const answer = await act('eraseDrives', {
      drives: driveIds.map((driveId, index) => {
        const plan = plans[index];
        const shown = plan?.can === true ? shownOf(plan) : null;
        return { driveId, attachment: drives[index]?.attachment ?? null, shown };
      }),
      reason: needsReason ? reason.trim() : null,
    });
    setAsking(false);
    if (answer !== null) onClose();
  };
  return (
    <div className="start">
      <p>{text.warning}</p>
      {itself && (
        <p className="toned" data-tone="warn">
          {text.cannotBeTakenBack}
        </p>
      )}
      <DataTable
        className="erase-list"
        label={text.title(driveIds.length)}
        columns={[
          words.bench.start.bay,
          words.bench.start.drive,
          words.bench.start.size,
          words.bench.start.contents,
          text.how,
        ]}
      >
        {driveIds.map((driveId, index) => (
          <Line key={driveId} {...{ driveId, drive: drives[index] ?? null, plan: plans[index] ?? null }} />
        ))}
      </DataTable>
      {unasked.length > 0 && (
        <div className="row">
          <Button
            onClick={() => {
              send('readErase', { driveIds: [...unasked] });
            }}
          >
            {text.ask}
          </Button>
        </div>
      )}
      {needsReason && (
        <TextInput
          label={text.reason}
          description={text.reasonHint}
          value={reason}
          maxLength={200}
          autoComplete="off"
          onChange={(event) => {
            setReason(event.currentTarget.value);
          }}
        />
      )}
      {/* What was held or typed counts for this very list, and for what it showed. */}
      <StartAct
        key={JSON.stringify([driveIds, plans])}
        count={driveIds.length}
        ways={text.ways}
        disabled={asking || problem !== null}
        problem={problem}
        onAct={() => {
          void erase();
        }}
      >
        <Button
          size="lg"
          leftSection={<IconArrowLeft size={20} aria-hidden />}
          data-autofocus
          onClick={onClose}
        >
          {text.close}
        </Button>
      </StartAct>
    </div>
  );
}

interface LineProps {
  readonly driveId: string;
  readonly drive: Drive | null;
  readonly plan: ErasePlansState[number]['plan'] | null;
}

function Line({ driveId, drive, plan }: LineProps): ReactElement {
  const { bench } = useText();
  const text = bench.start;
  const bay = useApp((state) => bayOf(state, driveId)?.label ?? '');
  const past = useApp((state) => pastOf(state, driveId));
  const health = useApp((state) => healthOf(state, driveId));
  const found = useApp((state) => foundHolding(state, driveId));
  if (drive === null) {
    return (
      <tr>
        <th scope="row">{bay}</th>
        <td colSpan={4} className="toned" data-tone="bad">
          {text.driveGone}
        </td>
      </tr>
    );
  }
  return (
    <tr>
      <th scope="row">{bay}</th>
      <td className="erase-list-drive">
        {drive.model ?? bench.unknownModel}
        <p className="mono soft">{drive.serial ?? bench.noSerial}</p>
      </td>
      <td className="nowrap">{formatBytes(drive.size)}</td>
      <td>
        {past !== null && <PastLines past={past} />}
        {found !== null && (past?.holds ?? null) === null && (
          <p className="toned" data-tone="bad">
            {found.message}
          </p>
        )}
        {drive.notes.map(({ code, message }) => (
          <p key={code + message} className="toned" data-tone="warn">
            {message}
          </p>
        ))}
        {health !== null && <HealthLine shown={health} />}
        {drive.contents.length > 0 ? drive.contents.join('; ') : past === null ? text.nothingKnown : ''}
      </td>
      <td>
        <EraseHow plan={plan} />
      </td>
    </tr>
  );
}

/** How one drive will be erased, or why it will not. */
export function EraseHow({ plan }: Pick<LineProps, 'plan'>): ReactElement {
  const words = useText();
  const text = words.erase;
  if (plan === null) return <p className="soft">{text.list.notAsked}</p>;
  switch (plan.can) {
    case true:
      return (
        <>
          <p>{text.planned(plan)}</p>
          {text.lift(plan) !== null && (
            <p className="toned" data-tone="warn">
              {text.lift(plan)}
            </p>
          )}
        </>
      );
    case 'under-way':
      return <p>{text.list.underWay}</p>;
    case false:
      return (
        <p className="toned" data-tone="bad">
          {plan.error.message} {remedyInApp(plan.error, words)}
        </p>
      );
  }
}
