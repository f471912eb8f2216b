import { Button } from '@mantine/core';
import { useState, type ReactElement } from 'react';
import { send } from '../../../actions';
import { ConfirmButton } from '../../../components/confirm-button';
import { useApp, useAppShallow } from '../../../store/app-store';
import { changeChoice, useRack } from '../../../store/rack-store';
import { formatDay } from '../../../format';
import { driveOf, erasureOf, isErasable, jobOf, pairOf, pastOf } from '../../../store/selectors';
import { useText } from '../../../text';
import { EraseOverlay } from '../erase-overlay';
import { DriveContent } from '../drive-details';
import { ReasonDialog } from '../reason-form';
import { actsOf, asksForReason, nothingChosen, type ActChoice, type RackAct } from './rack-rules';

/** What is known of the chosen bay, or what can be done with several. Always there: the rack keeps its size. */
export function RackPane(): ReactElement {
  const text = useText().rack;
  const chosen = useRack(({ choice }) => choice.chosen);
  const bays = useApp(({ drives }) => drives.bays);
  const labels = bays.map(({ label }) => label).filter((label) => chosen.has(label));
  const [only] = labels;
  return (
    <section id="rack-pane" className="rack-pane surface" aria-label={text.pane} tabIndex={-1}>
      {only === undefined ? (
        <Nothing />
      ) : labels.length === 1 ? (
        <One label={only} />
      ) : (
        <Several labels={labels} />
      )}
    </section>
  );
}

function Nothing(): ReactElement {
  const text = useText().rack;
  return (
    <div className="stack soft">
      <h2>{text.nothing}</h2>
      {text.hints.map((hint) => (
        <p key={hint}>{hint}</p>
      ))}
    </div>
  );
}

function One({ label }: { readonly label: string }): ReactElement {
  const text = useText().bench.details;
  const driveId = useApp(({ drives }) => drives.bays.find((bay) => bay.label === label)?.driveId ?? null);
  const drive = useApp((state) => driveOf(state, driveId));
  const job = useApp((state) => jobOf(state, driveId));
  return (
    <div className="stack">
      <h2>{text.title(label)}</h2>
      {driveId === null || (drive === null && job === null) ? (
        <p>{text.emptyBay}</p>
      ) : (
        <DriveContent key={driveId} driveId={driveId} drive={drive} job={job} />
      )}
    </div>
  );
}

function Several({ labels }: { readonly labels: readonly string[] }): ReactElement {
  const text = useText().rack;
  const bays = useApp(({ drives }) => drives.bays);
  const chosen = bays.filter(({ label }) => labels.includes(label));
  const jobs = useAppShallow((state) => chosen.map(({ driveId }) => jobOf(state, driveId)));
  const paired = useAppShallow((state) => chosen.map(({ driveId }) => pairOf(state, driveId) !== null));
  const erasable = useAppShallow((state) =>
    chosen.map(({ driveId }) => isErasable(driveOf(state, driveId), erasureOf(state, driveId))),
  );
  const acts = actsOf(
    chosen.map(({ label, driveId }, index) => ({
      ...{ label, driveId },
      job: jobs[index] ?? null,
      paired: paired[index] === true,
      erasable: erasable[index] === true,
    })),
  );
  return (
    <div className="stack">
      <h2>{text.several(labels.length)}</h2>
      <p className="rack-chosen">{labels.map(text.short).join(' · ')}</p>
      {acts.length === 0 && <p>{text.noAct}</p>}
      {acts.map((choice) => (
        <div key={choice.act} className="stack close">
          <ActButton {...choice} />
          {choice.left.length > 0 && <p className="soft small">{text.left(choice.act, choice.left)}</p>}
        </div>
      ))}
      <Button
        variant="subtle"
        onClick={() => {
          changeChoice((before) => ({ ...nothingChosen, current: before.current }));
        }}
      >
        {text.chooseNone}
      </Button>
    </div>
  );
}

const methods = {
  clear: 'dismissJob',
  retry: 'retryJob',
  cancel: 'cancelJob',
  unpair: 'unpair',
} as const satisfies Record<Exclude<RackAct, 'erase'>, string>;

/** Retries several drives; where one of them asks for a reason, one reason is asked for, for all. */
function RetryButton({ driveIds }: Pick<ActChoice, 'driveIds'>): ReactElement {
  const { rack: text, bench, past: pastText } = useText();
  const [asking, setAsking] = useState(false);
  const asked = useAppShallow((state) => driveIds.filter((driveId) => asksForReason(state, driveId)));
  const lines = useAppShallow((state) =>
    asked.map((driveId) => {
      const past = pastOf(state, driveId);
      const words = past === null ? null : pastText.short(past, formatDay);
      return bench.again.line(jobOf(state, driveId)?.bay ?? '', words ?? '');
    }),
  );
  const retry = (reason: string | null): void => {
    for (const driveId of driveIds) {
      send('retryJob', { driveId, ...(reason === null ? {} : { reason }) });
    }
  };
  return (
    <>
      <Button
        onClick={() => {
          if (asked.length > 0) setAsking(true);
          else retry(null);
        }}
      >
        {text.act('retry', driveIds.length)}
      </Button>
      {asking && (
        <ReasonDialog
          title={bench.again.several(driveIds.length)}
          yes={bench.again.tryAll(driveIds.length)}
          onReason={(reason) => {
            setAsking(false);
            retry(reason);
          }}
          onClose={() => {
            setAsking(false);
          }}
        >
          <ul className="bullets">
            {lines.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
          <p>{bench.again.severalExplained}</p>
        </ReasonDialog>
      )}
    </>
  );
}

/** Erases several drives for no machine, after the list of them. */
function EraseButton({ driveIds }: Pick<ActChoice, 'driveIds'>): ReactElement {
  const text = useText().erase;
  const [listed, setListed] = useState<readonly string[] | null>(null);
  return (
    <>
      <Button
        onClick={() => {
          setListed(driveIds);
        }}
      >
        {text.open(driveIds.length)}
      </Button>
      {listed !== null && (
        <EraseOverlay
          driveIds={listed}
          onClose={() => {
            setListed(null);
          }}
        />
      )}
    </>
  );
}

function ActButton({ act, driveIds }: ActChoice): ReactElement {
  const { rack: text, bench } = useText();
  if (act === 'erase') return <EraseButton driveIds={driveIds} />;
  const label = text.act(act, driveIds.length);
  const run = (): void => {
    for (const driveId of driveIds) send(methods[act], { driveId });
  };
  if (act === 'retry') return <RetryButton driveIds={driveIds} />;
  return act === 'cancel' ? (
    <ConfirmButton
      label={label}
      question={bench.cancelAllQuestion(driveIds.length)}
      yes={label}
      no={bench.keepWriting}
      onConfirm={run}
    />
  ) : (
    <Button onClick={run}>{label}</Button>
  );
}
