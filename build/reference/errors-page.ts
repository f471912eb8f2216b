/** docs/reference/errors.md: every error code. */
import { errorReference, type ErrorMeaning } from '../../core/base/error-reference';

const intro = `# Errors

Each error has a code, a message that names the drive, bay or file, and a remedy. Codes are stable: scripts and ledgers
rely on them. With \`--json\` a command that is stopped by an error prints [the error](json.md#any-command-that-fails).

The remedy on this page is the general one. Where Prestage knows more, the error itself says what to do, and that is
what counts.

The exit code is that of a command which the error stops. When it is the reason why one drive failed, the other drives
go on, and the command ends with 4. [Commands](commands.md#exit-codes) has what each exit code means.`;

/** Makes the page. */
export function errorsPage(): string {
  const errors = Object.entries<ErrorMeaning>(errorReference);
  return [intro, ...errors.map(([code, meaning]) => sectionOf(code, meaning)), ''].join('\n\n');
}

function sectionOf(code: string, { meaning, remedy, exitCodes }: ErrorMeaning): string {
  return [
    `## ${code}`,
    plain(meaning),
    `- What to do: ${plain(remedy)}\n- Exit code: ${exitCodes.join(' or ')}`,
  ].join('\n\n');
}

/** What Markdown would take for marks of its own. */
function plain(text: string): string {
  return text.replace(/[\\<>*_`]/g, '\\$&');
}
