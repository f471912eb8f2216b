import type { Readable } from 'node:stream';
import { Command } from 'commander';
import { z } from 'zod';
import { cancelled } from '../../core/base/errors';
import { sanitizeForDisplay } from '../../core/base/display';
import { timeouts } from '../../core/base/timeouts';
import { keyboardLayouts } from '../../core/scan/keyboard-layouts';
import { scannerProblems, type ScannerProblem } from '../../core/scan/scanner-check';
import { analyseTyped, type TypedCheck } from '../../core/scan/typed-check';
import { commandAction, failsWhen, jsonOption } from './command-context';
import { exitCodes } from './exit-codes';
import { details, type Output } from './output';

export const scannerForm = z.strictObject({
  /** `read`: it is the check code; `unread`: much of it, on a keyboard that is not known; `other`: another code, or nothing. */
  result: z.enum(['read', 'unread', 'other']),
  /** What explains the text; empty where it came through as printed. The settings of each are names of xkb. */
  keyboards: z.array(z.strictObject({ computer: z.enum(keyboardLayouts), scanner: z.enum(keyboardLayouts) })),
  /** Null where the code was not read. */
  found: z
    .strictObject({
      /** Capital letters came as small ones and small ones as capitals. */
      capsLock: z.boolean(),
      control: z.enum(['sent', 'in-words', 'lost']),
      /** Symbology identifier, such as `]C0`. */
      aim: z.string().nullable(),
      prefix: z.string(),
      suffix: z.string(),
      /** Keys before and behind the code, as far as a terminal passes them. */
      before: z.array(z.string()),
      after: z.array(z.string()),
      problems: z.array(z.enum(scannerProblems)),
    })
    .nullable(),
});
type ScannerDocument = z.infer<typeof scannerForm>;

/** `prestage scanner`: what one scan of the check code, typed into a terminal, says of the scanner. */
export function scannerCommand(): Command {
  const command = new Command('scanner')
    .description(
      'read one scan of the code of the scanner check (on the sheet of barcodes, in the app’s Settings) from the terminal, ' +
        'or from standard input, and say what the scanner does; nothing is saved',
    )
    .addOption(jsonOption(scannerForm))
    .action(
      commandAction(async ({ output, signal }) => {
        const terminal = process.stdin.isTTY;
        const text = terminal ? await readScan(output, signal) : await readAll(process.stdin, signal);
        const found = documentOf(text);
        output.result<typeof scannerForm>(found, () => scannerText(found, text));
        return found.result === 'read' && isUsable(found) ? exitCodes.good : exitCodes.failed;
      }),
    );
  return failsWhen(command, 'the scan was not the check code, or the scanner’s settings must be changed');
}

function isUsable({ found }: ScannerDocument): boolean {
  return found?.problems.every((problem) => problem === 'control-lost') === true;
}

function documentOf(text: string): ScannerDocument {
  const typed = analyseTyped(text);
  if (typed?.kind !== 'read') {
    return { result: typed === null ? 'other' : 'unread', keyboards: [], found: null };
  }
  return { result: 'read', keyboards: [...typed.keyboards], found: foundOf(typed) };
}

function foundOf({ check }: TypedCheck): ScannerDocument['found'] {
  const { capsLock, control, aim, prefix, suffix, before, after, problems } = check;
  return {
    capsLock,
    control,
    aim,
    prefix,
    suffix,
    before: [...before],
    after: [...after],
    problems: [...problems],
  };
}

/**
 * One scan from a terminal, which then passes each character at once: the scan ends with a pause.
 * @throws PrestageError cancelled
 */
async function readScan(output: Output, signal: AbortSignal): Promise<string> {
  const { stdin } = process;
  // Before it is asked for: the terminal itself would make line feeds of the scanner's Enter until then.
  stdin.setRawMode(true);
  output.message('Scan the code of the scanner check now. Ctrl+C cancels.');
  try {
    return await new Promise<string>((resolve, reject) => {
      let text = '';
      let pause: NodeJS.Timeout | undefined;
      const end = (): void => {
        clearTimeout(pause);
        stdin.off('data', take);
        signal.removeEventListener('abort', cancel);
      };
      const cancel = (): void => {
        end();
        reject(cancelled('The scanner check'));
      };
      const take = (piece: Buffer): void => {
        // Without its signals, the terminal passes Ctrl+C as a character.
        if (text === '' && piece[0] === 0x03) {
          cancel();
          return;
        }
        text += piece.toString('utf8');
        clearTimeout(pause);
        pause = setTimeout(() => {
          end();
          resolve(text);
        }, timeouts.scanPause);
      };
      stdin.on('data', take);
      signal.addEventListener('abort', cancel, { once: true });
      if (signal.aborted) cancel();
    });
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
  }
}

/** More than a scan can be; what comes behind is not read. */
const longest = 4096;

async function readAll(input: Readable, signal: AbortSignal): Promise<string> {
  let text = '';
  input.setEncoding('utf8');
  for await (const piece of input) {
    text += String(piece);
    if (text.length > longest) break;
    if (signal.aborted) throw cancelled('The scanner check');
  }
  // A file and a pipe end a line with LF, where a scanner presses Enter.
  return text.slice(0, longest).replace(/\r?\n/g, '\r');
}

const changes: Readonly<Record<ScannerProblem, string>> = {
  'too-slow': 'Set the delay between characters to 0 in the scanner.',
  'control-lost':
    'Labels with several fields (GS1, ISO 15434) cannot be read. Switch on “send control characters” in the scanner.',
  'prefix-text': 'Turn off the prefix (or code identifier) in the scanner: it could be part of a code.',
  'suffix-text': 'Turn off the suffix in the scanner: it could be part of a code. Enter is enough.',
  'prefix-key': 'Turn off the key before the code in the scanner: it does something in the app.',
  'suffix-key': 'Turn off the function key behind the code in the scanner. Enter is enough.',
};

function scannerText({ result, keyboards, found }: ScannerDocument, text: string): string {
  if (found === null) {
    const shown = text === '' ? 'nothing' : `“${sanitizeForDisplay(text, 80)}”`;
    return result === 'unread'
      ? `Much of the check code, on a keyboard that is not known: ${shown}. Set the scanner’s keyboard country to United States, then scan again.`
      : `Not the code of the scanner check: ${shown}. The code is on the sheet of barcodes (Settings in the app).`;
  }
  const { capsLock, control, aim, prefix, suffix, before, after, problems } = found;
  const around = (parts: readonly string[]): string =>
    parts.filter((part) => part !== '').join(', ') || 'nothing';
  const pairs = keyboards.map(({ computer, scanner }) => `computer ${computer}, scanner ${scanner}`);
  return details([
    ['keyboards', pairs.length === 0 ? 'the same: it came through as printed' : pairs],
    ['Caps Lock', capsLock ? 'on' : 'off, or allowed for'],
    ['before', around([...before, aim === null ? '' : `${aim} (AIM identifier)`, quoted(prefix)])],
    ['behind', around([quoted(suffix), ...after])],
    ['control characters', { sent: 'come through', 'in-words': 'come as words', lost: 'lost' }[control]],
    ['speed', 'not known: a terminal does not tell it. The scanner check in the app does'],
    ...problems.map((problem): [string, string] => ['change', changes[problem]]),
  ]);
}

function quoted(text: string): string {
  return text === '' ? '' : `“${text}”`;
}
