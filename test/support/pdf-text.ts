/**
 * The texts of a PDF that is not compressed, one a text object, as a reader would copy them: letters of the standard
 * fonts by their bytes (Windows-1252), those of an embedded font by its ToUnicode map (PDF 32000-1, 9.10.3).
 */
export function pdfText(pdf: Uint8Array): string[] {
  const source = Buffer.from(pdf).toString('latin1');
  const unicode = toUnicode(source);
  return [...source.matchAll(/\/F(\d+) [\d.]+ Tf\n([\s\S]*?)ET/g)].map(([, font = '', body = '']) => {
    const map = unicode.get(`F${font}`);
    return [...body.matchAll(/<([0-9a-f]+)>/g)]
      .map(([, hex = '']) =>
        map === undefined
          ? windows1252(Buffer.from(hex, 'hex'))
          : (hex.match(/.{4}/g) ?? []).map((code) => map.get(Number.parseInt(code, 16)) ?? '\ufffd').join(''),
      )
      .join('');
  });
}

/** 0x80 to 0x9f of Windows-1252; Node's decoder takes them for control characters. */
const between = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

function windows1252(bytes: Buffer): string {
  return Array.from(bytes, (byte) =>
    byte >= 0x80 && byte <= 0x9f ? (between[byte - 0x80] ?? '') : String.fromCharCode(byte),
  ).join('');
}

/** Name of each embedded font → its code → what it is in Unicode. */
function toUnicode(source: string): Map<string, Map<number, string>> {
  const objects = new Map(
    [...source.matchAll(/\n(\d+) 0 obj\n([\s\S]*?)\nendobj/g)].map(([, id = '', body = '']) => [id, body]),
  );
  const fonts = new Map<string, Map<number, string>>();
  for (const [, name = '', id = ''] of source.matchAll(/\/(F\d+) (\d+) 0 R/g)) {
    const map = /\/ToUnicode (\d+) 0 R/.exec(objects.get(id) ?? '')?.[1];
    if (map !== undefined) fonts.set(name, rangesOf(objects.get(map) ?? ''));
  }
  return fonts;
}

function rangesOf(cmap: string): Map<number, string> {
  const codes = new Map<number, string>();
  for (const [, first = '', , list = ''] of cmap.matchAll(/<([0-9a-f]{4})> <([0-9a-f]{4})> \[([^\]]*)\]/g)) {
    [...list.matchAll(/<([0-9a-f ]+)>/g)].forEach(([, hex = ''], index) => {
      const units = Buffer.from(hex.replaceAll(' ', ''), 'hex');
      codes.set(Number.parseInt(first, 16) + index, units.swap16().toString('utf16le'));
    });
  }
  return codes;
}
