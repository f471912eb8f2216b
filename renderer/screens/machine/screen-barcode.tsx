import { useMemo, type ReactElement } from 'react';
import { drawCode128 } from '../sheet/barcode';

interface ScreenBarcodeProps {
  readonly code: string;
  /** What a screen reader says of it. */
  readonly label: string;
}

/** Points of the screen for a module: a scanner that reads screens wants whole ones, and two or more. */
const modulePoints = 2;

/** A Code 128 barcode to be scanned from the screen, black on white whatever the theme. */
export function ScreenBarcode({ code, label }: ScreenBarcodeProps): ReactElement {
  const { source, modules } = useMemo(() => drawCode128(code), [code]);
  return (
    <img
      className="screen-barcode"
      src={source}
      alt={label}
      style={{ width: `${modules * modulePoints}px` }}
    />
  );
}

/** What a barcode on the screen can hold: longer texts would not fit the narrowest window. */
export function fitsScreen(code: string): boolean {
  return /^[\x20-\x7e]{1,36}$/.test(code);
}
