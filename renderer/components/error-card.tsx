import type { ReactElement, ReactNode } from 'react';
import type { ErrorData } from '../../core/base/errors';
import { remedyInApp } from '../remedy';
import { useText } from '../text';
import { Notice } from './notice';

interface ErrorCardProps {
  readonly error: ErrorData;
  readonly kind?: 'error' | 'info';
  /** What is said of others to which the same happened, a line each. */
  readonly more?: readonly { readonly key: string; readonly line: ReactNode }[] | undefined;
  /** Buttons. */
  readonly children?: ReactNode;
}

/** An error as the station tells it: what happened, what to do in the app, and on demand what the machine said. */
export function ErrorCard({ error, kind = 'error', more = [], children }: ErrorCardProps): ReactElement {
  const words = useText();
  const text = words.common;
  return (
    <Notice tone={kind === 'error' ? 'bad' : 'info'} title={error.message} actions={children}>
      <p>{remedyInApp(error, words)}</p>
      {more.length > 0 && (
        <details className="error-cause">
          <summary>{text.moreOfIt(more.length)}</summary>
          <ul className="bullets">
            {more.map(({ key, line }) => (
              <li key={key}>{line}</li>
            ))}
          </ul>
        </details>
      )}
      {error.cause !== null && (
        <details className="error-cause">
          <summary>{text.cause}</summary>
          <p className="mono">{error.cause}</p>
          <p>
            {text.errorCode}: <span className="mono">{error.code}</span>
          </p>
        </details>
      )}
    </Notice>
  );
}
