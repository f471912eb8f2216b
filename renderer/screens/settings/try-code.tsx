import { TextInput } from '@mantine/core';
import { IconCheck, IconX } from '@tabler/icons-react';
import { useEffect, useRef, useState, type ReactElement } from 'react';
import { sanitizeForDisplay } from '../../../core/base/display';
import { codesAsking } from '../../../core/machine/admission-code';
import { forgetScan } from '../../actions';
import { Status } from '../../components/status';
import { useApp, useAppShallow } from '../../store/app-store';
import { useText, type Text } from '../../text';
import { useAppSettings } from './app-settings';
import { tryCode, type TriedCode } from './settings-rules';
import { useTriedScan } from './tried-code';

/** Room for a job ticket, the longest code there is. */
const longestTry = 600;

function wordsOf(code: TriedCode, { settings, bench }: Text): { said: string; good: boolean } {
  const text = settings.codes;
  switch (code.kind) {
    case 'machine': {
      const known = bench.knownWords(code.details ?? {});
      const said = text.fits(code.serial, code.makers);
      return { said: known === '' ? said : `${said} ${text.knows(known)}`, good: true };
    }
    case 'fits-none':
      return { said: text.fitsNone(code.serial), good: false };
    case 'operator':
      return { said: text.isOperator(code.name), good: true };
    case 'work-order':
      return { said: text.isOrder(code.number), good: true };
    case 'ticket': {
      const { reading } = code;
      return reading.problem === null
        ? { said: text.isTicket(reading.ticket.orderNumber, reading.ticket.mediaName), good: true }
        : { said: text.isPartOfTicket, good: false };
    }
    case 'command':
      return { said: text.isCommand, good: true };
    case 'reason':
      return { said: text.isReason(code.reason.words), good: true };
    case 'sha256':
      return { said: text.isHash, good: true };
    case 'bay':
      return { said: text.isBay(code.label), good: true };
    case 'admission-code':
      return { said: text.isAdmissionCode, good: true };
    case 'drive':
      return { said: text.isDrive, good: true };
    case 'mac':
    case 'uuid':
    case 'asset-tag':
      return { said: text.isMore[code.kind], good: true };
    default: {
      const more = [
        ...(code.tag === undefined ? [] : [text.tagOf(code.tag)]),
        ...(code.doubtful === true ? [text.doubtful] : []),
      ];
      return { said: [text.isNothing(code.kind), ...more].join(' '), good: false };
    }
  }
}

/** Says what a text would be taken for. Nothing is done with it. */
export function TryCode(): ReactElement {
  const words = useText();
  const text = words.settings.codes;
  const settings = useAppSettings();
  const bays = useApp((state) => state.drives.bays);
  const drives = useApp((state) => state.drives.drives);
  const codes = useAppShallow(({ rack }) => codesAsking(rack.machines));
  const scanned = useTriedScan();
  const [typed, setTyped] = useState('');
  const [seen, setSeen] = useState(0);
  const box = useRef<HTMLDivElement>(null);
  if (seen !== scanned.number) {
    setSeen(scanned.number);
    setTyped(scanned.text);
  }
  useEffect(() => {
    if (scanned.number > 0) box.current?.scrollIntoView({ block: 'center' });
  }, [scanned.number]);
  const clean = sanitizeForDisplay(typed, longestTry);
  const tried = clean === '' ? null : wordsOf(tryCode(clean, { settings, bays, drives, codes }), words);
  return (
    <div ref={box} className="stack sunken">
      <TextInput
        label={text.try}
        description={text.tryHint}
        value={typed}
        maxLength={longestTry}
        autoComplete="off"
        spellCheck={false}
        classNames={{ input: 'mono' }}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          forgetScan();
        }}
      />
      <div className="settings-tried" role="status">
        {tried !== null && (
          <Status tone={tried.good ? 'good' : 'bad'}>
            {tried.good ? (
              <IconCheck size={20} stroke={3} aria-hidden />
            ) : (
              <IconX size={20} stroke={3} aria-hidden />
            )}
            {tried.said}
          </Status>
        )}
      </div>
    </div>
  );
}
