import { withoutSecrets } from '../../core/machine/other-number';

/**
 * Takes secrets out of what is kept for support: log and bundle. By the name of a member, by the form of a text, and, for
 * what a bundle holds, by the secrets themselves.
 */

const hidden = '[removed]';

/** Members whose value is nobody's business, whatever it is. */
const secretName =
  /pass(?:word|wd|phrase|code)?(?:\d{0,3}|[-_]?hash)$|pwd\d{0,3}$|^(?:pw|psk)$|secret|token|credential|authorization|cookie|api[-_]?key|private[-_]?key/i;

const names = String.raw`(?:pass(?:word|wd|phrase|code)?|pwd|psk|secret|token|api[-_]?key|credentials?)(?:\d{1,3}|[-_]?hash|[-_]access[-_]key|[-_]key)?`;

/** Before a value; in a query it can be escaped. */
const sign = String.raw`\s*(?:[=:]|%3[ad])\s*`;

const keyBlock =
  /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----|$)/g;

/** Bounded wherever a text could be long: a line of a log must take no time to speak of. */
const forms: readonly (readonly [RegExp, string])[] = [
  // Keys, whole or cut off.
  [keyBlock, hidden],
  // user:password@ of any URL. A password can hold a slash; digits before one are a port.
  [/(\b[a-z][a-z0-9+.-]{1,30}:\/\/[^\s/:@"']{0,200}):(?!\d{1,5}\/)[^\s"']{0,400}@/gi, `$1:${hidden}@`],
  // Headers of HTTP.
  [/\b(basic|bearer|digest)\s+[A-Za-z0-9+/=_.~-]{6,}/gi, `$1 ${hidden}`],
  // libpq's `password=…`, and the like in JSON (also in JSON that is a text in JSON), in a query, in an option.
  [
    new RegExp(String.raw`(${names}\\*["']?${sign})(\\*["'])(?:(?!\2)(?:\\\\\\["']|\\.|.))*(?:\2|$)`, 'gis'),
    `$1$2${hidden}$2`,
  ],
  [new RegExp(String.raw`(${names}\\*["']?${sign})(?!\\*["'])(?:(?!\\{0,8}["'])\S)+`, 'gi'), `$1${hidden}`],
  [
    /(--[a-z-]{0,30}(?:password|passphrase|secret|token)[a-z-]{0,30})\s+(?:"[^"]*"|'[^']*'|\S+)/gi,
    `$1 ${hidden}`,
  ],
  // The environment: AWS_SECRET_ACCESS_KEY=…
  [
    /\b([A-Z][A-Z0-9_]{0,60}(?:SECRET|PASSWORD|TOKEN|_KEY)=)(?:"[^"]{0,400}"|'[^']{0,400}'|\S+)/g,
    `$1${hidden}`,
  ],
  // Options of sshpass and curl.
  [/(\bsshpass\s{1,9}-p\s{0,9})(?:"[^"]{0,400}"|'[^']{0,400}'|\S+)/g, `$1${hidden}`],
  [/((?:^|\s)(?:-u|--user)[\s=]["']?[^\s:"']{1,200}):[^\s"']{1,400}/g, `$1:${hidden}`],
  // Answer files of Windows.
  [/(password>\s{0,100}<value>)[^<]+/gi, `$1${hidden}`],
];

/** A text of several lines without private keys, which go over its lines. */
export function redactKeys(text: string): string {
  return text.replace(keyBlock, hidden);
}

/**
 * A text without what has the form of a secret.
 * @param known secrets themselves, which go wherever they stand
 */
export function redactText(text: string, known: readonly string[] = []): string {
  let clean = text;
  for (const secret of known) clean = clean.replaceAll(secret, hidden);
  for (const [form, instead] of forms) clean = clean.replace(form, instead);
  return withoutSecrets(clean);
}

/** {@link redactText} for every text in a value, and for members whose name says that they hold a secret. */
export function redactValue(value: unknown, known: readonly string[] = []): unknown {
  if (typeof value === 'string') return redactText(value, known);
  if (Array.isArray(value)) return value.map((one) => redactValue(one, known));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      redactText(name, known),
      secretName.test(name) && member !== null ? hidden : redactValue(member, known),
    ]),
  );
}
