import type { ReactElement } from 'react';

/** A serial, a hash, a path: in letters that cannot be taken for each other. */
export function Mono({
  children,
  title,
}: {
  readonly children: string;
  readonly title?: string;
}): ReactElement {
  return (
    <span className="mono" title={title}>
      {children}
    </span>
  );
}
