import { Button } from '@mantine/core';
import { createPortal } from 'react-dom';
import { useMemo, type ReactElement } from 'react';
import type { Notice as NoticeData } from '../../core/contract/app-bench';
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

/** Notices of labels that were not printed are told together, each with its button; all others the station has joined. */
function grouped(notices: readonly NoticeData[]): (readonly [NoticeData, ...NoticeData[]])[] {
  const groups: [NoticeData, ...NoticeData[]][] = [];
  for (const notice of notices) {
    const same = groups.find(
      ([first]) =>
        first.label !== undefined && notice.label !== undefined && first.error.code === notice.error.code,
    );
    if (same === undefined) groups.push([notice]);
    else same.push(notice);
  }
  return groups;
}

/** Prints a label that was not printed; then its notice goes. */
function PrintAgain({
  notice: { id, label },
  named = false,
}: {
  readonly notice: NoticeData;
  /** It is one of many. */
  readonly named?: boolean;
}): ReactElement | null {
  const text = useText().common;
  if (label === undefined) return null;
  return (
    <PrintLabel
      small
      wish={{ of: 'machine', machineSerial: label.machineSerial }}
      {...(named ? { name: text.printAgainOf(label.machineSerial) } : {})}
      onSent={() => {
        send('dismissNotice', { id });
      }}
    >
      {text.printAgain}
    </PrintLabel>
  );
}

/** What happened to the station, until each is dismissed. */
export function Notices(): ReactElement | null {
  const text = useText();
  const notices = useApp((state) => state.notices);
  const groups = useMemo(() => grouped(notices), [notices]);
  if (notices.length === 0) return null;
  return (
    <section className="stack notices no-print" aria-label={text.bench.notices}>
      {groups.map(([first, ...others]) => (
        <ErrorCard
          key={first.id}
          error={first.error}
          kind={first.kind}
          more={[
            ...(first.more ?? []).map((message) => ({ key: message, line: message })),
            ...others.map((notice) => ({
              key: String(notice.id),
              line: (
                <span className="row">
                  {notice.error.message} <PrintAgain notice={notice} named />
                </span>
              ),
            })),
          ]}
        >
          <PrintAgain notice={first} />
          <Button
            size="sm"
            onClick={() => {
              // Those that are told there: what comes meanwhile stays.
              for (const { id } of [first, ...others]) send('dismissNotice', { id });
            }}
          >
            {text.common.dismiss}
          </Button>
        </ErrorCard>
      ))}
      <div className="row">
        {groups.length > 1 && (
          <Button
            size="sm"
            onClick={() => {
              for (const { id } of notices) send('dismissNotice', { id });
            }}
          >
            {text.common.dismissAll(groups.length)}
          </Button>
        )}
        <span className="soft small">{text.common.dismissByScan}</span>
      </div>
    </section>
  );
}
