import { Button } from '@mantine/core';
import { IconBarcode } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { changeAppSettings, useAppSettings } from '../screens/settings/app-settings';
import { openCheck } from '../store/scanner-check-store';
import { useView } from '../store/view-store';
import { useText } from '../text';

/** The scanner check, until it was passed or put off. */
export function ScannerOffer(): ReactElement | null {
  const text = useText().scannerCheck;
  const { checkedAt, offer } = useAppSettings().scanner;
  const onCheck = useView(({ screen }) => screen === 'scanner-check');
  if (checkedAt !== null || !offer || onCheck) return null;
  return (
    <div className="row banner no-print" data-tone="info" role="status">
      <IconBarcode aria-hidden />
      <p>{text.offer}</p>
      <Button size="sm" variant="light" onClick={openCheck}>
        {text.offerOpen}
      </Button>
      <Button
        size="sm"
        onClick={() => {
          void changeAppSettings(({ scanner }) => ({ scanner: { ...scanner, offer: false } }));
        }}
      >
        {text.offerLater}
      </Button>
    </div>
  );
}
