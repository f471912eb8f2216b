/**
 * What each key makes on the keyboards that scanners and computers are set to, recorded from xkb through Electron
 * (test/fixtures/recorded/keyboards). Letters with accents count too; the third level only where it makes ASCII.
 */

/** By their names in xkb. United States first: it is what scanners are set to when they are new. */
export const keyboardLayouts = [
  'us',
  'gb',
  'de',
  'ch',
  'fr',
  'be',
  'es',
  'it',
  'pt',
  'dk',
  'no',
  'se',
] as const;
export type KeyboardLayout = (typeof keyboardLayouts)[number];

/** KeyboardEvent.code of the keys that make characters, in the order of the rows below. */
const codes: readonly string[] = [
  'Backquote',
  ...Array.from('1234567890', (digit) => `Digit${digit}`),
  ...['Minus', 'Equal'],
  ...Array.from('QWERTYUIOP', (letter) => `Key${letter}`),
  ...['BracketLeft', 'BracketRight', 'Backslash'],
  ...Array.from('ASDFGHJKL', (letter) => `Key${letter}`),
  ...['Semicolon', 'Quote', 'IntlBackslash'],
  ...Array.from('ZXCVBNM', (letter) => `Key${letter}`),
  ...['Comma', 'Period', 'Slash'],
];

export type KeyLevel = 'plain' | 'shift' | 'altGr';

/** One character for each of {@link codes}; a blank where a key makes none alone (dead keys). */
const layouts: Readonly<Record<KeyboardLayout, Readonly<Record<KeyLevel, string>>>> = {
  us: {
    plain: "`1234567890-=qwertyuiop[]\\asdfghjkl;'<zxcvbnm,./",
    shift: '~!@#$%^&*()_+QWERTYUIOP{}|ASDFGHJKL:">ZXCVBNM<>?',
    altGr: '',
  },
  gb: {
    plain: "`1234567890-=qwertyuiop[]#asdfghjkl;'\\zxcvbnm,./",
    shift: '¬!"£$%^&*()_+QWERTYUIOP{}~ASDFGHJKL:@|ZXCVBNM<>?',
    altGr: '|      {[]}\\ @ e                     |          ',
  },
  de: {
    plain: ' 1234567890ß qwertzuiopü+#asdfghjklöä<yxcvbnm,.-',
    shift: '°!"§$%&/()=? QWERTZUIOPÜ*\'ASDFGHJKLÖÄ>YXCVBNM;:_',
    altGr: '       {[]}\\ @          ~            |          ',
  },
  ch: {
    plain: "§1234567890' qwertzuiopü $asdfghjklöä<yxcvbnm,.-",
    shift: '°+"*ç%&/()=? QWERTZUIOPè!£ASDFGHJKLéà>YXCVBNM;:_',
    altGr: ' |@#   | ]}  @         []}          {\\          ',
  },
  fr: {
    plain: '²&é"\'(-è_çà)=azertyuiop $*qsdfghjklmù<wxcvbn,;:!',
    shift: '~1234567890°+AZERTYUIOP £µQSDFGHJKLM%>WXCVBN?./§',
    altGr: '  ~#{[|`\\^@]}             @          |          ',
  },
  be: {
    plain: '²&é"\'(§è!çà)-azertyuiop $µqsdfghjklmù<wxcvbn,;:=',
    shift: '³1234567890°_AZERTYUIOP *£QSDFGHJKLM%>WXCVBN?./+',
    altGr: ' |@#  ^{[{}\\ @         []            \\          ',
  },
  es: {
    plain: "º1234567890'¡qwertyuiop +çasdfghjklñ <zxcvbnm,.-",
    shift: 'ª!"·$%&/()=?¿QWERTYUIOP *ÇASDFGHJKLÑ >ZXCVBNM;:_',
    altGr: '\\|@#~  {[]}\\ @         []}          {|          ',
  },
  it: {
    plain: "\\1234567890'ìqwertyuiopè+ùasdfghjklòà<zxcvbnm,.-",
    shift: '|!"£$%&/()=?^QWERTYUIOPé*§ASDFGHJKLç°>ZXCVBNM;:_',
    altGr: '       {[]}`~@         []          @#           ',
  },
  pt: {
    plain: "\\1234567890'«qwertyuiop+  asdfghjklçº<zxcvbnm,.-",
    shift: '|!"#$%&/()=?»QWERTYUIOP*  ASDFGHJKLÇª>ZXCVBNM;:_',
    altGr: '  @    {[]}\\ @                       \\          ',
  },
  dk: {
    plain: "½1234567890+ qwertyuiopå 'asdfghjklæø<zxcvbnm,.-",
    shift: '§!"#¤%&/()=? QWERTYUIOPÅ *ASDFGHJKLÆØ>ZXCVBNM;:_',
    altGr: '  @ $  {[]} |@                       \\          ',
  },
  no: {
    plain: "|1234567890+\\qwertyuiopå 'asdfghjkløæ<zxcvbnm,.-",
    shift: '§!"#¤%&/()=? QWERTYUIOPÅ *ASDFGHJKLØÆ>ZXCVBNM;:_',
    altGr: '  @ $  {[]}  @                                  ',
  },
  se: {
    plain: "§1234567890+ qwertyuiopå 'asdfghjklöä<zxcvbnm,.-",
    shift: '½!"#¤%&/()=? QWERTYUIOPÅ *ASDFGHJKLÖÄ>ZXCVBNM;:_',
    altGr: '  @ $  {[]}\\ @                       |          ',
  },
};

const places: ReadonlyMap<string, number> = new Map(codes.map((code, index) => [code, index]));

/**
 * The character of a key on a layout.
 * @param code KeyboardEvent.code
 * @returns null for a key that makes none there
 */
export function characterAt(layout: KeyboardLayout, code: string, level: KeyLevel): string | null {
  if (code === 'Space') return ' ';
  const digit = /^Numpad(\d)$/.exec(code)?.[1];
  if (digit !== undefined) return digit;
  const place = places.get(code);
  const character = place === undefined ? undefined : layouts[layout][level][place];
  return character === undefined || character === ' ' ? null : character;
}

/**
 * The key that makes a character on a layout, with what is held.
 * @returns null for a character that no key makes there alone
 */
export function keyOfCharacter(
  layout: KeyboardLayout,
  character: string,
): { readonly code: string; readonly level: KeyLevel } | null {
  if (character === ' ') return { code: 'Space', level: 'plain' };
  const found = (['plain', 'shift', 'altGr'] as const).flatMap((level) =>
    codes.flatMap((code, place) => (layouts[layout][level][place] === character ? [{ code, level }] : [])),
  );
  // A US keyboard has no such key; what xkb puts there is on others, too.
  return found.find(({ code }) => code !== 'IntlBackslash') ?? found[0] ?? null;
}
