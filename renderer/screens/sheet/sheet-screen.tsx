import { Button, Textarea } from '@mantine/core';
import { IconFileTypePdf } from '@tabler/icons-react';
import { useMemo, useState, type ReactElement } from 'react';
import { act } from '../../actions';
import { PrintButton } from '../../components/print-button';
import { BackToScreen, ScreenHeader } from '../../components/screen-header';
import { useApp } from '../../store/app-store';
import { useText } from '../../text';
import { Barcode } from './barcode';
import {
  badgeCodes,
  badgeNames,
  bayCodes,
  commandCodes,
  reasonCodes,
  scannerCheckCode,
  type SheetCode,
} from './sheet-codes';
import './sheet.css';

/** Longer texts get a line of their own: bars that are too thin are not read. */
const longestInColumn = 20;

interface CodesProps {
  readonly id: string;
  readonly title: string;
  readonly codes: readonly SheetCode[];
  readonly problem: string;
  readonly hints?: Readonly<Record<string, string>>;
}

function Codes({ id, title, codes, problem, hints = {} }: CodesProps): ReactElement {
  return (
    <section className="sheet-part" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      <ul className="sheet-list">
        {codes.map(({ word, code, name }) => (
          <li
            key={word}
            className="sheet-item"
            data-wide={(code ?? '').length > longestInColumn}
            data-none={code === null}
          >
            {code === null ? (
              <p className="sheet-problem">{problem}</p>
            ) : (
              <Barcode code={code} {...(name === undefined ? {} : { name })} />
            )}
            <p className="sheet-word">{word}</p>
            {hints[word] !== undefined && <p className="sheet-hint">{hints[word]}</p>}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The printed page that makes a mouse needless: commands, bay labels, badges. */
export function SheetScreen(): ReactElement {
  const text = useText().log.sheet;
  const { bays, drives } = useApp((state) => state.drives);
  const settings = useApp((state) => state.settings.desk);
  const operator = useApp(({ batch }) => batch.operator);
  const [names, setNames] = useState(operator);
  const [saved, setSaved] = useState<string | null>(null);
  const context = useMemo(() => ({ settings, bays, drives }), [settings, bays, drives]);
  const badges = badgeCodes(badgeNames(names), context);
  const save = async (): Promise<void> => {
    setSaved(null);
    setSaved((await act('savePageAsPdf', {}))?.path ?? null);
  };
  return (
    <div className="screen screen-filled sheet-screen">
      <div className="stack no-print">
        <ScreenHeader title={text.title} intro={text.intro}>
          <PrintButton>{text.print}</PrintButton>
          <Button
            leftSection={<IconFileTypePdf size={20} aria-hidden />}
            onClick={() => {
              void save();
            }}
          >
            {text.savePdf}
          </Button>
          <BackToScreen screen="settings">{text.back}</BackToScreen>
        </ScreenHeader>
        <p className="live" role="status">
          {saved === null ? '' : text.saved(saved)}
        </p>
        <Textarea
          className="sheet-names"
          label={text.badgeNames}
          description={text.badgeHint}
          rows={2}
          resize="vertical"
          value={names}
          onChange={(event) => {
            setNames(event.currentTarget.value);
          }}
        />
      </div>
      <div className="fill surface sheet-page" tabIndex={0} role="region" aria-label={text.page}>
        <Codes
          id="sheet-commands"
          title={text.commandsTitle}
          codes={[...commandCodes(context), scannerCheckCode(text.scannerCheck)]}
          problem={text.otherMeaning}
          hints={{ ...text.commands, [text.scannerCheck]: text.scannerCheckHint }}
        />
        <Codes
          id="sheet-reasons"
          title={text.reasonsTitle}
          codes={reasonCodes(context)}
          problem={text.otherMeaning}
        />
        {bays.length > 0 && (
          <Codes id="sheet-bays" title={text.baysTitle} codes={bayCodes(context)} problem={text.bayProblem} />
        )}
        {badges.length > 0 && (
          <Codes id="sheet-badges" title={text.badgesTitle} codes={badges} problem={text.badgeProblem} />
        )}
      </div>
    </div>
  );
}
