import type { ReactElement, ReactNode } from 'react';
import type { Tone } from './notice';

interface StatusProps {
  readonly tone?: Tone | undefined;
  readonly role?: 'status' | 'gridcell';
  /** The shape, and the word beside it. */
  readonly children: ReactNode;
}

/** How something stands: a shape for eyes that do not tell the colours, and a word. */
export function Status({ tone, role, children }: StatusProps): ReactElement {
  return (
    <span className="status toned" data-tone={tone} role={role}>
      {children}
    </span>
  );
}
