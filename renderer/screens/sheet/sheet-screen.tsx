import { Button, Textarea } from '@mantine/core';
import { useState, type ReactElement } from 'react';
import { scanCommands } from '../../../core/scan-outcome';
import { commandBarcode } from '../../../core/scan';
import { act, tell } from '../../actions';
import { useDesk } from '../../store/desk-store';
import { showScreen } from '../../store/view-store';
import { useText } from '../../text';
import { Barcode } from './barcode';
import './sheet.css';

/** Badges that fit on what anybody prints. */
const mostBadges = 40;

/** The printed page that makes a mouse needless: commands, bay labels, badges. */
export function SheetScreen(): ReactElement {
  const text = useText().log.sheet;
  const bays = useDesk(({ drives }) => drives.bays);
  const [names, setNames] = useState('');
  const [saved, setSaved] = useState<string | null>(null);
  const badges = names
    .split('\n')
    .map((name) => name.trim())
    .filter((name) => name !== '')
    .slice(0, mostBadges);
  return (
    <div className="sheet-screen">
      <div className="sheet-tools no-print">
        <h1 className="screen-title">{text.title}</h1>
        <p className="soft">{text.intro}</p>
        <Textarea
          label={text.badgeNames}
          autosize
          minRows={2}
          maxRows={5}
          value={names}
          onChange={(event) => {
            setNames(event.currentTarget.value);
          }}
        />
        <div className="sheet-buttons">
          <Button
            variant="filled"
            onClick={() => {
              tell('printPage', {});
            }}
          >
            {text.print}
          </Button>
          <Button
            onClick={() => {
              void act('savePageAsPdf', {}).then((answer) => {
                setSaved(answer?.path ?? null);
              });
            }}
          >
            {text.savePdf}
          </Button>
          <Button
            onClick={() => {
              showScreen('settings');
            }}
          >
            {text.back}
          </Button>
        </div>
        <p aria-live="polite">{saved === null ? '' : text.saved(saved)}</p>
      </div>
      <div className="sheet-page" tabIndex={0} role="region" aria-label={text.title}>
        <h2>{text.commandsTitle}</h2>
        <ul className="sheet-list">
          {scanCommands.map((command) => (
            <li key={command} className="sheet-item">
              <Barcode text={commandBarcode(command)} />
              <p className="sheet-word">{command}</p>
              <p className="sheet-hint">{text.commands[command]}</p>
            </li>
          ))}
        </ul>
        <h2>{text.baysTitle}</h2>
        {bays.length === 0 && <p className="sheet-hint">{text.noBays}</p>}
        <ul className="sheet-list">
          {bays.map(({ label }) => (
            <li key={label} className="sheet-item">
              <Barcode text={label.toUpperCase()} />
              <p className="sheet-word">{label}</p>
            </li>
          ))}
        </ul>
        {badges.length > 0 && (
          <>
            <h2>{text.badgesTitle}</h2>
            <ul className="sheet-list">
              {badges.map((name) => (
                <li key={name} className="sheet-item">
                  <Barcode text={`OP-${name}`} />
                  <p className="sheet-word">{name}</p>
                </li>
              ))}
            </ul>
          </>
        )}
      </div>
    </div>
  );
}
