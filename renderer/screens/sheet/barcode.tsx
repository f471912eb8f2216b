import { useMemo, type ReactElement } from 'react';
import { useText } from '../../text';
import { code128, drawingSVG, qrcode } from 'bwip-js/generic';

/** Width of a module on paper, in millimetres. Any scanner reads 0.25; more forgives a worn printer. */
const moduleMillimetres = 0.38;

interface BarcodeProps {
  readonly code: string;
  /** What a code is called that holds control characters. */
  readonly name?: string;
}

/** A barcode as a picture, black on white whatever the theme. */
export function Barcode({ code, name = code }: BarcodeProps): ReactElement {
  const text = useText().log.sheet;
  const { source, modules } = useMemo(() => drawCode128(code), [code]);
  return (
    <img
      className="sheet-barcode"
      src={source}
      alt={text.barcodeOf(name)}
      style={{ width: `${(modules * moduleMillimetres).toFixed(1)}mm` }}
    />
  );
}

/** Pixels of a module in the picture. The size on paper is that of the element that shows it. */
const scale = 3;
/** Bar height in millimetres, where a module is 1/72 inch: taller than it must be, because gloves aim badly. */
const height = 16;
/** Quiet zone in modules: Code 128 asks for ten (ISO/IEC 15417). */
const quiet = 10;

export interface BarcodePicture {
  /** A data URL of an SVG, black on white. */
  readonly source: string;
  /** Width in modules, quiet zones included. */
  readonly modules: number;
}

/** A text as a Code 128 barcode. */
export function drawCode128(text: string): BarcodePicture {
  const svg = code128(
    { bcid: 'code128', text, scale, height, paddingwidth: quiet, backgroundcolor: 'FFFFFF' },
    drawingSVG(),
  );
  const width = Number(/viewBox="0 0 (\d+)/.exec(svg)?.[1] ?? 0);
  // Bars may be made lower than they are drawn, and keep their width.
  const stretched = svg.replace('<svg ', '<svg preserveAspectRatio="none" ');
  return { source: `data:image/svg+xml,${encodeURIComponent(stretched)}`, modules: width / scale };
}

/** A text as a QR code, error correction M (the library's own choice): a data URL of an SVG, black on white, without a quiet zone. */
export function drawQrCode(text: string): string {
  const svg = qrcode({ bcid: 'qrcode', text, scale, backgroundcolor: 'FFFFFF' }, drawingSVG());
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
