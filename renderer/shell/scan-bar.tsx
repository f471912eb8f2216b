import { Button } from '@mantine/core';
import { IconBarcode, IconCheck, IconX } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { sanitizeForDisplay } from '../../core/base/display';
import type { NextAction } from '../../core/flow/flow';
import type { PairingState } from '../../core/pairing/pairing-state';
import { doubtRefusals } from '../../core/scan/scan-outcome';
import { TotalProgress } from '../components/total-progress';
import { refusedAgain, WriteAgain } from '../screens/bench/write-again';
import { useApp } from '../store/app-store';
import { useFlow, useSaidScan } from '../store/flow';
import { wantedName } from '../store/selectors';
import { openCheck } from '../store/scanner-check-store';
import { askForOperator, showScreen, useView, type Screen } from '../store/view-store';
import { useText } from '../text';
import './scan-bar.css';

/** Longer barcodes (a hash, a web address) are cut. */
const longestShown = 40;

/** Refusals that say something of the scanner. */
const checkReasons: ReadonlySet<string> = new Set(Object.values(doubtRefusals));

function Said({ scan }: { readonly scan: NonNullable<PairingState['lastScan']> }): ReactElement {
  const { bench: text, machine } = useText();
  const own = useApp(({ live }) => live.own !== null);
  const { outcome } = scan;
  const refused = outcome.result === 'refused';
  const ofOwn = own && !refused ? machine.accepted(outcome) : null;
  const said = ofOwn ?? (refused ? text.refused(outcome) : text.accepted(outcome));
  const more = refused
    ? checkReasons.has(outcome.reason)
      ? ''
      : text.compared(outcome)
    : text.checkIt(outcome);
  return (
    <div
      className="scan-last"
      data-result={outcome.result}
      data-tone={refused ? 'bad' : 'good'}
      key={scan.number}
    >
      <span className="scan-mark" aria-hidden>
        {refused ? <IconX size={32} stroke={3} /> : <IconCheck size={32} stroke={3} />}
      </span>
      <div className="scan-words">
        <p className="scan-said" title={said}>
          {said}
        </p>
        <p className="soft small clipped">
          <span className="mono">{sanitizeForDisplay(scan.text, longestShown)}</span> {more}
        </p>
      </div>
    </div>
  );
}

function NothingSaid(): ReactElement {
  const text = useText().flow;
  return (
    <div className="scan-last" data-result="none">
      <span className="scan-mark" aria-hidden>
        <IconBarcode size={32} />
      </span>
      <p className="scan-said soft">{text.nothingSaid}</p>
    </div>
  );
}

/** Where what is next is done by hand; null where it is a scan's, or is done on this screen. */
function wayTo(next: NextAction, screen: Screen): (() => void) | null {
  const to = (other: Screen): (() => void) | null =>
    other === screen
      ? null
      : () => {
          showScreen(other);
        };
  switch (next) {
    case 'operator':
      return () => {
        askForOperator(true);
      };
    case 'media':
    case 'media-hash':
      return to('media');
    case 'ship':
      return to('ship');
    case 'close-order':
      return to('order');
    default:
      return null;
  }
}

function Next(): ReactElement {
  const { flow: text, machine } = useText();
  const screen = useView((view) => view.screen);
  const next = useFlow((flow) => flow.next);
  const live = useApp((state) => state.live);
  const pairing = useApp((state) => state.pairing);
  const wanted = useApp(({ media }) => wantedName(media));
  const ordered = useApp(({ order }) => order !== null);
  const own = live.own === null ? null : machine.nextWords(next, { pairing, live });
  const { next: words, hint } =
    refusedAgain(pairing) === null
      ? (own ?? text.nextWords(next, pairing, { onShip: screen === 'ship', wanted, ordered }))
      : text.reasonWords;
  return (
    <div className="scan-next">
      <p className="soft small">
        {text.nextTitle}
        {hint !== undefined && <span>: {hint}</span>}
      </p>
      <p className="scan-next-words" title={words}>
        {words}
      </p>
    </div>
  );
}

/** What can be done by hand: about the scan that was refused, or else about what is next. */
function Ways(): ReactElement | null {
  const { flow: text, bench, scannerCheck } = useText();
  const screen = useView((view) => view.screen);
  const next = useFlow((flow) => flow.next);
  const said = useSaidScan();
  const again = useApp(({ pairing }) => refusedAgain(pairing));
  const reason = said?.outcome.result === 'refused' ? said.outcome.reason : null;
  const name = next in text.go ? text.go[next as keyof typeof text.go] : null;
  const way = wayTo(next, screen);
  return (
    <>
      <WriteAgain refused={again} />
      {reason === 'not-in-order' && screen !== 'order' ? (
        <Button
          variant="light"
          onClick={() => {
            showScreen('order');
          }}
        >
          {bench.toOrder}
        </Button>
      ) : reason !== null && checkReasons.has(reason) ? (
        <Button variant="light" onClick={openCheck}>
          {scannerCheck.title}
        </Button>
      ) : (
        again === null &&
        way !== null &&
        name !== null && (
          <Button variant="light" onClick={way}>
            {name}
          </Button>
        )
      )}
    </>
  );
}

/**
 * On top of every screen, always as high: what was scanned and what came of it, as long as that holds; the one thing to do next;
 * and how far all drives are.
 */
export function ScanBar(): ReactElement {
  const text = useText().flow;
  const said = useSaidScan();
  return (
    <section className="scan-bar no-print" aria-label={text.region}>
      <div className="scan-line">
        {said === null ? <NothingSaid /> : <Said scan={said} />}
        <Next />
        <Ways />
      </div>
      <div className="scan-total">
        <TotalProgress />
      </div>
    </section>
  );
}
