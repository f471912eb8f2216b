import bwip from 'bwip-js/node';
import type { Paper } from './paper';

interface Place {
  /** Points, from the upper left corner of the page. */
  readonly x: number;
  readonly y: number;
  /** Points. Code 128 is stretched in height, a QR code stays square. */
  readonly width: number;
  readonly height: number;
}

/** Draws a barcode as lines and areas, so that it prints sharp at any size. */
export function drawBarcode(paper: Paper, kind: 'code128' | 'qrcode', text: string, place: Place): void {
  const svg = bwip.toSVG({ bcid: kind, text, scale: 1, height: 14 });
  const size = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg);
  if (size === null) throw new Error('a barcode of an unknown form');
  const across = place.width / Number(size[1]);
  const down = kind === 'qrcode' ? across : place.height / Number(size[2]);
  paper.save().translate(place.x, place.y).scale(across, down);
  for (const [, attributes = ''] of svg.matchAll(/<path ([^>]*)>/g)) {
    const path = / d="([^"]*)"/.exec(` ${attributes}`)?.[1];
    if (path === undefined) throw new Error('a barcode of an unknown form');
    const line = /stroke-width="([\d.]+)"/.exec(attributes)?.[1];
    if (line === undefined) paper.path(path).fill('black');
    else paper.path(path).lineWidth(Number(line)).lineCap('butt').stroke('black');
  }
  paper.restore();
}
