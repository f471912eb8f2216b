import { IconAlertTriangle, IconInfoCircle } from '@tabler/icons-react';
import type { ReactElement, ReactNode } from 'react';
import type { ErrorData } from '../../core/base/errors';
import { useText } from '../text';

interface ErrorCardProps {
  readonly error: ErrorData;
  readonly kind?: 'error' | 'info';
  /** Buttons. */
  readonly children?: ReactNode;
}

/** An error as the station tells it: what happened, what to do, and on demand what the machine said. */
export function ErrorCard({ error, kind = 'error', children }: ErrorCardProps): ReactElement {
  const text = useText().common;
  return (
    <div className="error-card" data-kind={kind}>
      {kind === 'error' ? <IconAlertTriangle aria-hidden /> : <IconInfoCircle aria-hidden />}
      <div className="error-card-body">
        <p className="error-card-message">{error.message}</p>
        <p>{error.remedy}</p>
        {error.cause !== null && (
          <details>
            <summary>{text.cause}</summary>
            <p className="mono error-card-cause">{error.cause}</p>
            <p>
              {text.errorCode}: <span className="mono">{error.code}</span>
            </p>
          </details>
        )}
      </div>
      {children !== undefined && <div className="error-card-actions">{children}</div>}
    </div>
  );
}
