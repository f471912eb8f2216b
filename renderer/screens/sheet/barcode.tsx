import { code128, drawingSVG } from 'bwip-js/generic';
import { useMemo, type ReactElement } from 'react';
import { useText } from '../../text';

/** Millimetres of a module are the printer's business; this many pixels keep bars whole at any usual zoom. */
const scale = 3;
/** Bar height, millimetres. Taller than it must be: gloves aim badly. */
const height = 16;
/** Quiet zone, modules: Code 128 asks for ten (ISO/IEC 15417). */
const quiet = 10;

/** A Code 128 barcode as a picture, black on white whatever the theme. */
export function Barcode({ text: content }: { readonly text: string }): ReactElement {
  const text = useText().log.sheet;
  const picture = useMemo(() => {
    try {
      const svg = code128(
        { bcid: 'code128', text: content, scale, height, paddingwidth: quiet, backgroundcolor: 'FFFFFF' },
        drawingSVG(),
      );
      return `data:image/svg+xml,${encodeURIComponent(svg)}`;
    } catch {
      return null;
    }
  }, [content]);
  if (picture === null) return <p className="sheet-problem">{text.tooLong}</p>;
  return <img className="sheet-barcode" src={picture} alt={text.barcodeOf(content)} />;
}
