import { Button } from '@mantine/core';
import { IconPlugConnected, IconPlus } from '@tabler/icons-react';
import { useState, type ReactElement } from 'react';
import { maxBays } from '../../../core/drive/bays';
import { ConfirmButton } from '../../components/confirm-button';
import { appState, useApp } from '../../store/app-store';
import { showInfo } from '../../store/messages-store';
import { Notice } from '../../components/notice';
import { Panel } from '../../components/panel';
import { useText } from '../../text';
import { RackFields } from './rack-fields';
import { BayRow } from './bay-row';
import { changeBays } from './bays-change';
import { useAppSettings } from './app-settings';
import { added, filled } from './settings-rules';

/** The slots of the bench: their labels, their order, and the ports they are wired to. */
export function BaysSection(): ReactElement {
  const text = useText().settings.bays;
  const { bays } = useAppSettings();
  const training = useApp(({ station }) => station.benchDirectory !== null);
  const [justAdded, setJustAdded] = useState<number | null>(null);
  const full = bays.length >= maxBays;
  const fill = (): void => {
    const { drives } = appState().drives;
    const more = filled(bays, drives).length - bays.length;
    if (more === 0) showInfo(full ? text.full(maxBays) : text.nothingToFill);
    else {
      void changeBays((list) => filled(list, drives)).then((taken) => {
        if (taken) showInfo(text.filled(more));
      });
    }
  };
  return (
    <Panel id="settings-bays" title={text.title} intro={text.intro(maxBays)}>
      {training && <Notice tone="warn">{text.training}</Notice>}
      {bays.length === 0 ? (
        <p>{text.none}</p>
      ) : (
        <div>
          <div className="settings-bay soft small" aria-hidden>
            <span />
            <span>{text.labelHead}</span>
            <span>{text.portHead}</span>
          </div>
          <ol className="stack settings-list" aria-label={text.list}>
            {bays.map((bay, index) => (
              // By place: a bay's label changes while it is edited.
              <BayRow key={index} bay={bay} bays={bays} index={index} focused={justAdded === index} />
            ))}
          </ol>
        </div>
      )}
      <div className="row">
        <Button
          id="settings-add-bay"
          disabled={full}
          leftSection={<IconPlus size={20} aria-hidden />}
          onClick={() => {
            setJustAdded(bays.length);
            void changeBays((list) => added(list, text.newLabel));
          }}
        >
          {text.add}
        </Button>
        <Button
          aria-describedby="settings-fill-hint"
          leftSection={<IconPlugConnected size={20} aria-hidden />}
          onClick={fill}
        >
          {text.fill}
        </Button>
        {bays.length > 0 && (
          <ConfirmButton
            label={text.removeAll}
            question={text.removeAllQuestion(bays.length)}
            yes={text.removeAllYes}
            no={text.removeAllNo}
            onConfirm={() => {
              void changeBays(() => []);
              document.getElementById('settings-add-bay')?.focus();
            }}
          />
        )}
      </div>
      <p className="soft" id="settings-fill-hint">
        {full ? text.full(maxBays) : text.fillHint}
      </p>
      <RackFields />
    </Panel>
  );
}
