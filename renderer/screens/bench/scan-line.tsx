import { Button } from '@mantine/core';
import { IconBarcode, IconCheck, IconX } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import type { PairingState } from '../../../core/pairing/pairing-state';
import { doubtRefusals } from '../../../core/scan/scan-outcome';
import { sanitizeForDisplay } from '../../../core/base/display';
import { useApp } from '../../store/app-store';
import { expectedNext, wantedName } from '../../store/selectors';
import { openCheck } from '../../store/scanner-check-store';
import { showScreen } from '../../store/view-store';
import { useText, type Text } from '../../text';
import { refusedAgain, WriteAgain } from './write-again';

/** Longer barcodes (a hash, a web address) are cut. */
const longestShown = 40;

/** Refusals that say something of the scanner. */
const checkReasons: ReadonlySet<string> = new Set(Object.values(doubtRefusals));

function Last({ scan }: { readonly scan: NonNullable<PairingState['lastScan']> }): ReactElement {
  const text = useText().bench;
  const { outcome } = scan;
  const refused = outcome.result === 'refused';
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
      <div>
        <p className="scan-said">{refused ? text.refused(outcome) : text.accepted(outcome)}</p>
        <p className="soft">
          <span className="mono">{sanitizeForDisplay(scan.text, longestShown)}</span>{' '}
          {!refused && text.checkIt(outcome)}
          {refused &&
            !checkReasons.has(outcome.reason) &&
            `${text.scanned(outcome)} ${text.expected(outcome.expected)}`}
        </p>
      </div>
    </div>
  );
}

function nextWords(
  pairing: PairingState,
  next: ReturnType<typeof expectedNext>,
  wanted: string | null,
  text: Text['bench'],
): string {
  if (next === 'bay') {
    const known = text.knownWords(pairing.waitingFacts ?? {});
    return text.nextScan.bay(pairing.waitingMachine ?? '', known);
  }
  if (next === 'machine' && pairing.obstacles.length === 0) return text.nextScan['machine-or-start'];
  return next === 'media' ? text.nextScan.media(wanted) : text.nextScan[next];
}

/** What was scanned last and what came of it, and what is to be scanned next. */
export function ScanLine(): ReactElement {
  const { bench: text, scannerCheck } = useText();
  const pairing = useApp((state) => state.pairing);
  const mediaStatus = useApp(({ media }) => media.status);
  const wanted = useApp(({ media }) => wantedName(media));
  const next = expectedNext(pairing, mediaStatus);
  const outcome = pairing.lastScan?.outcome;
  const unexpected = outcome?.result === 'refused' && outcome.reason === 'not-in-order';
  const doubtful = outcome?.result === 'refused' && checkReasons.has(outcome.reason);
  const again = refusedAgain(pairing);
  const onMedia = next === 'media' || next === 'media-hash';
  return (
    <section className="surface scan" aria-label={text.scanRegion}>
      {pairing.lastScan === null ? (
        <div className="scan-last" data-result="none">
          <span className="scan-mark" aria-hidden>
            <IconBarcode size={32} />
          </span>
          <p className="scan-said soft">{text.nothingScanned}</p>
        </div>
      ) : (
        <Last scan={pairing.lastScan} />
      )}
      <div className="scan-next">
        <p className="soft small">{text.next}</p>
        <p className="scan-next-words">{nextWords(pairing, next, wanted, text)}</p>
      </div>
      {again !== null && <WriteAgain key={again} machineSerial={again} driveId={null} />}
      {unexpected && (
        <Button
          variant="light"
          onClick={() => {
            showScreen('order');
          }}
        >
          {text.toOrder}
        </Button>
      )}
      {doubtful && (
        <Button variant="light" onClick={openCheck}>
          {scannerCheck.title}
        </Button>
      )}
      {onMedia && again === null && !unexpected && !doubtful && (
        <Button
          variant="light"
          onClick={() => {
            showScreen('media');
          }}
        >
          {text.toMedia}
        </Button>
      )}
    </section>
  );
}
