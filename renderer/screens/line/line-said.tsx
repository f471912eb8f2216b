import { IconBarcode, IconCheck, IconInfoCircle, IconX } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { useApp } from '../../store/app-store';
import { useSaidScan } from '../../store/flow';
import { useMessages } from '../../store/messages-store';
import { remedyInApp } from '../../remedy';
import { useText } from '../../text';

interface SaidProps {
  readonly tone: 'bad' | 'good' | 'info' | 'none';
  readonly sentence: string;
  readonly remedy: string;
}

/** Characters that fit at the usual size; longer words are smaller, and still one line. */
const longest = 56;

const marks = { bad: IconX, good: IconCheck, info: IconInfoCircle, none: IconBarcode } as const;

/** One sentence and one remedy, as wide as the window and always as high. */
function Said({ tone, sentence, remedy }: SaidProps): ReactElement {
  const text = useText().line;
  const Mark = marks[tone];
  return (
    <section className="line-said" data-tone={tone} aria-label={text.said}>
      <Mark size={56} stroke={3} aria-hidden />
      <div className="line-said-words">
        <p className="line-said-sentence" data-long={sentence.length > longest} title={sentence}>
          {sentence}
        </p>
        <p className="line-said-remedy" data-long={remedy.length > longest} title={remedy}>
          {remedy}
        </p>
      </div>
    </section>
  );
}

/** What came of the latest scan; before that what the station has to say, until CANCEL. @param next the one thing to do next */
export function LineSaid({ next }: { readonly next: string }): ReactElement {
  const words = useText();
  const { bench, flow, line: text } = words;
  const said = useSaidScan();
  const notice = useApp(({ notices }) => notices[0] ?? null);
  const refusal = useApp(({ pairing }) => pairing.refusal);
  const wouldRefuse = useApp(({ pairing, startPlan }) =>
    pairing.armed ? (startPlan.refusals[0] ?? null) : null,
  );
  const failedListing = useApp(({ drives }) => drives.error);
  const refusedMedia = useApp(({ media }) => (media.status === 'refused' ? media.error : null));
  const messages = useMessages();
  const message = messages.find(({ kind }) => kind === 'error');
  if (said?.outcome.result === 'refused') {
    const { outcome } = said;
    if (outcome.reason === 'start-refused' && refusal !== null) {
      return <Said tone="bad" sentence={refusal.message} remedy={remedyInApp(refusal, words)} />;
    }
    if (outcome.reason === 'not-shippable' && message?.kind === 'error') {
      const { error } = message;
      return <Said tone="bad" sentence={error.message} remedy={remedyInApp(error, words)} />;
    }
    const { sentence, remedy } = text.sentenceAndRemedy(bench.refused(outcome), next);
    return <Said tone="bad" sentence={sentence} remedy={remedy} />;
  }
  if (wouldRefuse !== null) {
    return <Said tone="bad" sentence={wouldRefuse.message} remedy={remedyInApp(wouldRefuse, words)} />;
  }
  if (said !== null) {
    const { outcome } = said;
    return <Said tone="good" sentence={bench.accepted(outcome)} remedy={bench.checkIt(outcome)} />;
  }
  if (message?.kind === 'error') {
    const { error } = message;
    return <Said tone="bad" sentence={error.message} remedy={remedyInApp(error, words)} />;
  }
  if (notice !== null) {
    const { kind, error, more = [] } = notice;
    return (
      <Said
        tone={kind === 'error' ? 'bad' : 'info'}
        sentence={more.length === 0 ? error.message : `${error.message} ${text.more(more.length)}`}
        remedy={[remedyInApp(error, words), text.dismiss].join(' ')}
      />
    );
  }
  const problem = refusal ?? failedListing ?? refusedMedia;
  if (problem !== null) {
    return <Said tone="bad" sentence={problem.message} remedy={remedyInApp(problem, words)} />;
  }
  return <Said tone="none" sentence={flow.nothingSaid} remedy="" />;
}
