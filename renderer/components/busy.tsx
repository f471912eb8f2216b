import { Loader } from '@mantine/core';
import type { ReactElement } from 'react';

/** Something takes a while. */
export function Busy({ children }: { readonly children: string }): ReactElement {
  return (
    <p className="row">
      <Loader size="sm" aria-hidden /> {children}
    </p>
  );
}
