import { Button } from '@mantine/core';
import { createPortal } from 'react-dom';
import type { ReactElement } from 'react';
import { ErrorCard } from '../components/error-card';
import { dismissMessage, useMessages } from '../store/messages-store';
import { Notice } from '../components/notice';
import { useText } from '../text';

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
