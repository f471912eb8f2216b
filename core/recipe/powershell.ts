/**
 * Values in a PowerShell script: nothing that a recipe says can become code, whatever it holds and however the script is
 * stored or sent.
 */

/**
 * PowerShell ends a literal at each of five quotation marks, which typographic programs put in each other's place. Source:
 * PowerShell, CharTraits.IsSingleQuote.
 */
const quotes = /['\u2018\u2019\u201A\u201B]/g;

const unsafe = /[\p{Cc}\p{Zl}\p{Zp}]/u;

/**
 * A text as a PowerShell expression of ASCII characters: in single quotation marks, where nothing is expanded, with each
 * quotation mark doubled. What is not ASCII is written as its number: a script that loses its encoding on the way would
 * otherwise be read with other characters, of which some end a literal.
 * @throws Error when the text holds control characters or line ends, which no recipe has
 */
export function quoted(text: string): string {
  if (unsafe.test(text)) throw new Error('a text with control characters cannot go into a script');
  const parts = text.match(/[\x20-\x7e]+|[^\x20-\x7e]+/g) ?? [''];
  const pieces = parts.flatMap((part) =>
    /^[\x20-\x7e]*$/.test(part) ? [`'${part.replace(quotes, '$&$&')}'`] : charactersOf(part),
  );
  // A number at the front would make of the sum a number.
  const [first = "''"] = pieces;
  const all = first.startsWith("'") ? pieces : ["''", ...pieces];
  return all.length === 1 ? first : `(${all.join(' + ')})`;
}

/** UTF-16 units, as .NET has them. */
function charactersOf(text: string): string[] {
  return text.split('').map((unit) => `[char]0x${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A time as a DateTime of the computer that runs the script, as its cmdlets take it. */
export function timeOf(time: string): string {
  const at = new Date(time);
  const numbers = [
    ...[at.getUTCFullYear(), at.getUTCMonth() + 1, at.getUTCDate()],
    ...[at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds()],
  ];
  return `[datetime]::new(${numbers.join(', ')}, [DateTimeKind]::Utc).ToLocalTime()`;
}
