import { CloseButton } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconInfoCircle, type Icon } from '@tabler/icons-react';
import type { ReactElement, ReactNode, Ref } from 'react';
import './notice.css';

/** What something says of itself; tokens.css has the colours. */
export type Tone = 'good' | 'bad' | 'warn' | 'info';

const icons: Readonly<Record<Tone, Icon>> = {
  good: IconCircleCheck,
  bad: IconAlertTriangle,
  warn: IconAlertTriangle,
  info: IconInfoCircle,
};

interface NoticeProps {
  readonly tone: Tone;
  /** In place of the tone's own. */
  readonly icon?: Icon;
  readonly title?: ReactNode;
  readonly large?: boolean;
  readonly actions?: ReactNode;
  /** Where it can be dismissed: the button's name, and what it does. */
  readonly close?: { readonly label: string; readonly onClose: () => void };
  readonly role?: 'alert' | 'status';
  readonly ref?: Ref<HTMLDivElement>;
  readonly children?: ReactNode;
}

/** Something to be known: in words, a shape and a colour, with what can be done about it. */
export function Notice({ tone, title, large = false, actions, close, ...props }: NoticeProps): ReactElement {
  const Mark = props.icon ?? icons[tone];
  return (
    <div
      ref={props.ref}
      className={large ? 'notice notice-large' : 'notice'}
      data-tone={tone}
      role={props.role}
    >
      <Mark size={large ? 40 : 24} aria-hidden />
      <div className="notice-words">
        {title !== undefined && <div className="notice-title">{title}</div>}
        {props.children}
      </div>
      {actions !== undefined && <div className="row">{actions}</div>}
      {close !== undefined && <CloseButton aria-label={close.label} onClick={close.onClose} />}
    </div>
  );
}
