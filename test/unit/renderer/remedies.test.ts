import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { errorCodes, errorReference, type ErrorCode } from '../../../core/base/error-reference';
import { remedyInApp } from '../../../renderer/remedy';
import { en } from '../../../renderer/text';
import { checkout } from '../../support/documents';

/** The app shows no remedy that needs a terminal. */

/** Only commands come to these: the app has no way there, or stops before its window is open. */
const ofCommands: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  ...(['bench-invalid', 'bench-exists', 'bench-in-use'] as const),
  ...(['shipment-invalid', 'layout-unknown', 'library-ambiguous'] as const),
  ...(['delivery-exists', 'difference-useless'] as const),
]);

/** A command of Prestage, or one for an administrator. */
const isForTerminal = (remedy: string): boolean =>
  /\bprestage [a-z]|(?:^|[\s(])--[a-z]|\bsudo (?!or\b)[a-z]/.test(remedy);

/** Commands of Prestage; an option may be one of the program before it. */
const namesPrestage = (remedy: string): boolean =>
  /\bprestage [a-z]|(?:^|[\s(])--[a-z]/.test(
    remedy.replaceAll(/\b(?:hdparm|wimlib-imagex|losetup)\b[^.,;:]*/g, ''),
  );

describe('what to do now, in the app', () => {
  it.each(errorCodes.filter((code) => isForTerminal(errorReference[code].remedy) && !ofCommands.has(code)))(
    'is said without a terminal: %s',
    (code) => {
      const said = remedyInApp({ code, remedy: errorReference[code].remedy }, en);
      expect(said).not.toBe(errorReference[code].remedy);
      expect(isForTerminal(said)).toBe(false);
    },
  );

  it('is said without commands of Prestage where a place says its own', () => {
    const said = remediesOfPlaces();
    expect(said.length).toBeGreaterThan(150);
    const shown = said
      .filter(({ code }) => !ofCommands.has(code))
      .map((one) => ({ ...one, remedy: remedyInApp(one, en) }));
    expect(shown.filter(({ remedy }) => namesPrestage(remedy))).toEqual([]);
  });

  it('replaces what speaks of a command, and nothing that was said for this very case', () => {
    const code = 'rack-machine-unknown';
    const own = en.remedies[code];
    expect(remedyInApp({ code, remedy: "See 'prestage rack show'. Switch the machine on." }, en)).toBe(own);
    expect(remedyInApp({ code, remedy: 'Scan the label of the machine.' }, en)).toBe(
      'Scan the label of the machine.',
    );
    // An option of another program, and what is known of this very drive.
    const password = 'Take the password off with hdparm --security-disable. It is: Prestage';
    expect(remedyInApp({ code: 'drive-locked', remedy: password }, en)).toBe(password);
    // One of which the app says nothing else.
    expect(remedyInApp({ code: 'rack-silent', remedy: errorReference['rack-silent'].remedy }, en)).toBe(
      errorReference['rack-silent'].remedy,
    );
  });

  it('is in the words of remedies', () => {
    for (const remedy of Object.values(en.remedies)) {
      expect(remedy).toMatch(/^[A-Z].*\.$/);
      expect(remedy).not.toMatch(/\banew\b|If it stays/);
    }
  });
});

interface SaidRemedy {
  readonly file: string;
  readonly code: ErrorCode;
  /** Its words; what is filled in is left out. */
  readonly remedy: string;
}

/**
 * The remedies that stand beside the code of their error, in the sources of what the app runs. What is put together elsewhere is not
 * found: texts that a function is given, and errors that take over the code of another.
 */
function remediesOfPlaces(): SaidRemedy[] {
  return ['core', 'station', 'helper'].flatMap((room) =>
    readdirSync(join(checkout, room), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts') && !`${room}/${path}`.startsWith('station/cli/'))
      .flatMap((path) => remediesOf(`${room}/${path}`)),
  );
}

function remediesOf(file: string): SaidRemedy[] {
  const source = ts.createSourceFile(
    file,
    readFileSync(join(checkout, file), 'utf8'),
    ts.ScriptTarget.Latest,
    true,
  );
  const constants = new Map<string, ts.Expression>();
  const objects: ts.ObjectLiteralExpression[] = [];
  const look = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer !== undefined) {
      constants.set(node.name.text, node.initializer);
    }
    if (ts.isObjectLiteralExpression(node)) objects.push(node);
    ts.forEachChild(node, look);
  };
  look(source);
  const words = (node: ts.Node, seen: ReadonlySet<string>): string => {
    if (ts.isStringLiteralLike(node)) return node.text;
    if (ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node)) return node.text;
    const constant = ts.isIdentifier(node) && !seen.has(node.text) ? constants.get(node.text) : undefined;
    if (constant !== undefined) return words(constant, new Set([...seen, (node as ts.Identifier).text]));
    let text = '';
    ts.forEachChild(node, (child) => {
      text += words(child, seen);
    });
    return text;
  };
  return objects.flatMap((object) => {
    const member = (name: string): string => {
      const property = object.properties.find((one) => one.name?.getText(source) === name);
      if (property === undefined) return '';
      return words(
        ts.isPropertyAssignment(property) ? property.initializer : (property.name ?? property),
        new Set(),
      );
    };
    const code = errorCodes.find((one) => one === member('code'));
    const remedy = member('remedy');
    return code === undefined || remedy === '' ? [] : [{ file, code, remedy }];
  });
}
