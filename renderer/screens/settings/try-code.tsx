import { TextInput } from '@mantine/core';
import { IconCheck, IconX } from '@tabler/icons-react';
import { useState, type ReactElement } from 'react';
import { sanitizeForDisplay } from '../../../core/display';
import { useDesk } from '../../store/desk-store';
import { useText, type Text } from '../../text';
import { useDeskSettings } from './desk-settings';
import { tryCode, type TriedCode } from './rules';

/** A pattern may be slow on long texts, and no label has as much. */
const longestTry = 100;

function wordsOf(code: TriedCode, text: Text['settings']['codes']): { said: string; good: boolean } {
  switch (code.kind) {
    case 'machine':
      return { said: text.fits(code.serial, code.makers), good: true };
    case 'fits-none':
      return { said: text.fitsNone(code.serial), good: false };
    case 'operator':
      return { said: text.isOperator(code.name), good: true };
    case 'work-order':
      return { said: text.isOrder(code.number), good: true };
    case 'command':
      return { said: text.isCommand, good: true };
    case 'sha256':
      return { said: text.isHash, good: true };
    case 'bay':
      return { said: text.isBay(code.label), good: true };
    case 'drive':
      return { said: text.isDrive, good: true };
    case 'ean':
    case 'mac':
    case 'part-number':
    case 'uuid':
    case 'web-address':
    case 'placeholder':
    case 'unreadable':
      return { said: text.isNothing[code.kind], good: false };
  }
}

/** Says what a text would be taken for. Nothing is done with it. */
export function TryCode(): ReactElement {
  const text = useText().settings.codes;
  const settings = useDeskSettings();
  const bays = useDesk((state) => state.drives.bays);
  const drives = useDesk((state) => state.drives.drives);
  const [typed, setTyped] = useState('');
  const clean = sanitizeForDisplay(typed, longestTry);
  const words = clean === '' ? null : wordsOf(tryCode(clean, { settings, bays, drives }), text);
  return (
    <div className="settings-try">
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
        }}
      />
      <p className="settings-tried" role="status" data-good={words?.good}>
        {words !== null && (
          <>
            {words.good ? (
              <IconCheck size={20} stroke={3} aria-hidden />
            ) : (
              <IconX size={20} stroke={3} aria-hidden />
            )}
            {words.said}
          </>
        )}
      </p>
    </div>
  );
}
