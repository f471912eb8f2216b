import { useMemo, type ReactElement } from 'react';
import { useText } from '../../text';
import { drawCode128 } from './code128';

/** Width of a module on paper, in millimetres. Any scanner reads 0.25; more forgives a worn printer. */
const moduleMillimetres = 0.38;

/** A barcode as a picture, black on white whatever the theme. */
export function Barcode({ code }: { readonly code: string }): ReactElement {
  const text = useText().log.sheet;
  const { source, modules } = useMemo(() => drawCode128(code), [code]);
  return (
    <img
      className="sheet-barcode"
      src={source}
      alt={text.barcodeOf(code)}
      style={{ width: `${(modules * moduleMillimetres).toFixed(1)}mm` }}
    />
  );
}
