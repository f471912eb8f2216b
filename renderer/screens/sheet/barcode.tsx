import { useMemo, type ReactElement } from 'react';
import { useText } from '../../text';
import { drawCode128 } from './code128';

/** Width of a module on paper, in millimetres. Any scanner reads 0.25; more forgives a worn printer. */
const moduleMillimetres = 0.38;

interface BarcodeProps {
  /** What it says; null when it would be read as something else. */
  readonly code: string | null;
  /** Said where there can be no barcode. */
  readonly problem: string;
}

/** A barcode as a picture, black on white whatever the theme. */
export function Barcode({ code, problem }: BarcodeProps): ReactElement {
  const text = useText().log.sheet;
  const picture = useMemo(() => (code === null ? null : drawCode128(code)), [code]);
  if (code === null || picture === null) return <p className="sheet-problem">{problem}</p>;
  return (
    <img
      className="sheet-barcode"
      src={picture.source}
      alt={text.barcodeOf(code)}
      style={{ width: `${(picture.modules * moduleMillimetres).toFixed(1)}mm` }}
    />
  );
}
