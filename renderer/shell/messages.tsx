import { Button } from '@mantine/core';
import { createPortal } from 'react-dom';
import type { ReactElement } from 'react';
import { ErrorCard } from '../components/error-card';
import { PrintLabel } from '../components/print-label';
import { dismissMessage, useMessages } from '../store/messages-store';
import { Notice } from '../components/notice';
import { useText } from '../text';
import { send } from '../actions';
import { useApp } from '../store/app-store';

/** Answers of the station to what was just done. Above dialogs, so that a refusal in one is seen. */
export function Messages(): ReactElement {
  const text = useText().common;
  const messages = useMessages();
  return createPortal(
    <section className="stack messages no-print" aria-label={text.messages} aria-live="assertive">
      {messages.map((message) => (
        <div key={message.id}>
          {message.kind === 'info' ? (
            <Notice tone="good">{message.text}</Notice>
          ) : (
            <ErrorCard error={message.error}>
              <Button
                size="sm"
                onClick={() => {
                  dismissMessage(message.id);
                }}
              >
                {text.dismiss}
              </Button>
            </ErrorCard>
          )}
        </div>
      ))}
    </section>,
    document.body,
  );
}

/** What happened to the station, until each is dismissed. */
export function Notices(): ReactElement | null {
  const text = useText();
  const notices = useApp((state) => state.notices);
  if (notices.length === 0) return null;
  return (
    <section className="stack notices no-print" aria-label={text.bench.notices}>
      {notices.map(({ id, kind, error, label, more }) => (
        <ErrorCard key={id} error={error} kind={kind} more={more}>
          {label !== undefined && (
            <PrintLabel
              small
              wish={{ of: 'machine', machineSerial: label.machineSerial }}
              onSent={() => {
                send('dismissNotice', { id });
              }}
            >
              {text.common.printAgain}
            </PrintLabel>
          )}
          <Button
            size="sm"
            onClick={() => {
              send('dismissNotice', { id });
            }}
          >
            {text.common.dismiss}
          </Button>
        </ErrorCard>
      ))}
      <div className="row">
        {notices.length > 1 && (
          <Button
            size="sm"
            onClick={() => {
              // Those that are seen: what comes meanwhile stays.
              for (const { id } of notices) send('dismissNotice', { id });
            }}
          >
            {text.common.dismissAll(notices.length)}
          </Button>
        )}
        <span className="soft small">{text.common.dismissByScan}</span>
      </div>
    </section>
  );
}
