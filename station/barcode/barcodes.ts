import { code128, qrcode, type DrawingContext } from 'bwip-js/generic';

/** A barcode as outlines to be filled by the even-odd rule; the units are the library's own. */
export interface Barcode {
  readonly width: number;
  readonly height: number;
  readonly outlines: readonly (readonly Point[])[];
}
type Point = readonly [x: number, y: number];

/** Takes down what the library would draw. */
function collector(): DrawingContext<Barcode> {
  const outlines: Point[][] = [];
  let size = { width: 0, height: 0 };
  const nothing = (): void => undefined;
  return {
    scale: (x, y) => [x, y],
    measure: () => ({ width: 0, ascent: 0, descent: 0 }),
    init: (width, height) => {
      size = { width, height };
    },
    /** A bar: upright, `width` wide around x. */
    line: (x, y0, _x1, y1, width) => {
      const [left, right] = [x - width / 2, x + width / 2];
      outlines.push([
        [left, y0],
        [right, y0],
        [right, y1],
        [left, y1],
      ]);
    },
    polygon: (points) => {
      outlines.push(points);
    },
    // Of other barcodes; these two are filled all at once.
    hexagon: nothing,
    ellipse: nothing,
    text: nothing,
    fill: nothing,
    end: () => ({ ...size, outlines }),
  };
}

/** A text as Code 128 (ISO/IEC 15417), without quiet zones; one unit is one module. */
export function code128Bars(text: string): Barcode {
  // At an odd scale the library moves bars of an odd width by half a unit, for pixels' sake.
  const scale = 2;
  const { width, height, outlines } = code128({ bcid: 'code128', text, scale }, collector());
  const shrunk = outlines.map((outline) => outline.map(([x, y]): Point => [x / scale, y / scale]));
  return { width: width / scale, height: height / scale, outlines: shrunk };
}

/** A text as QR code (ISO/IEC 18004) without quiet zone. The library's default can lose a seventh of itself (level M). */
export function qrSquares(text: string): Barcode {
  return qrcode({ bcid: 'qrcode', text, scale: 1 }, collector());
}
