import { Button } from '@mantine/core';
import { IconBarcode } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { uncheckedScanner } from '../../../core/scan/scanner-settings';
import { DetailList, type Detail } from '../../components/details';
import { Mono } from '../../components/mono';
import { Panel } from '../../components/panel';
import { formatTime } from '../../format';
import { beginCheck, openCheck } from '../../store/scanner-check-store';
import { useText } from '../../text';
import { changeAppSettings, useAppSettings } from './app-settings';

/** What is known of the barcode scanner, and the way to the check. */
export function ScannerSection(): ReactElement {
  const words = useText().scannerCheck;
  const text = words.section;
  const { checkedAt, gapMs, layout, prefix, prefixKey, end } = useAppSettings().scanner;
  const known: Detail[] = [
    { name: text.gap, value: text.gapUpTo(gapMs) },
    { name: text.layout, value: layout === 'typed' ? text.typed : words.keyboards[layout] },
    { name: text.end, value: text.ends[end] },
    ...(prefix === '' ? [] : [{ name: text.prefix, value: <Mono>{prefix}</Mono> }]),
    ...(prefixKey === '' ? [] : [{ name: text.prefixKey, value: <Mono>{prefixKey}</Mono> }]),
  ];
  const checked = { name: text.checked, value: checkedAt === null ? text.never : formatTime(checkedAt) };
  return (
    <Panel id="settings-scanner" title={text.title} intro={text.intro}>
      <DetailList details={checkedAt === null ? [checked] : [checked, ...known]} />
      <div className="row">
        <Button leftSection={<IconBarcode size={20} aria-hidden />} onClick={openCheck}>
          {text.open}
        </Button>
        {checkedAt !== null && (
          <Button
            onClick={() => {
              beginCheck();
              void changeAppSettings(() => ({ scanner: { ...uncheckedScanner, offer: false } }));
            }}
          >
            {text.forget}
          </Button>
        )}
      </div>
    </Panel>
  );
}
