import { Button } from '@mantine/core';
import { IconPrinter } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { send } from '../actions';

/** Prints what the page shows; what no paper wants is marked `no-print`. */
export function PrintButton({ children }: { readonly children: string }): ReactElement {
  return (
    <Button
      variant="filled"
      leftSection={<IconPrinter size={20} aria-hidden />}
      onClick={() => {
        send('printPage', {});
      }}
    >
      {children}
    </Button>
  );
}
