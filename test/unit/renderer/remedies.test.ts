import { describe, expect, it } from 'vitest';
import { errorCodes, errorReference, type ErrorCode } from '../../../core/base/error-reference';
import { isForTerminal, remedyInApp } from '../../../renderer/remedy';
import { en } from '../../../renderer/text';

/** The app shows no remedy that needs a terminal. */

/** Only commands come to these: the app has no way there, or stops before its window is open. */
const ofCommands: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  ...(['bench-invalid', 'bench-exists', 'bench-in-use'] as const),
  ...(['shipment-invalid', 'layout-unknown', 'library-ambiguous'] as const),
  ...(['delivery-exists', 'difference-useless'] as const),
]);

describe('what to do now, in the app', () => {
  it.each(errorCodes.filter((code) => isForTerminal(errorReference[code].remedy) && !ofCommands.has(code)))(
    'is said without a terminal: %s',
    (code) => {
      const said = remedyInApp({ code, remedy: errorReference[code].remedy }, en);
      expect(said).not.toBe(errorReference[code].remedy);
      expect(isForTerminal(said)).toBe(false);
    },
  );

  it('replaces what speaks of a command, and nothing that was said for this very case', () => {
    const code = 'rack-machine-unknown';
    const own = en.remedies[code];
    expect(remedyInApp({ code, remedy: "See 'prestage rack show'. Switch the machine on." }, en)).toBe(own);
    expect(remedyInApp({ code, remedy: 'Scan the label of the machine.' }, en)).toBe(
      'Scan the label of the machine.',
    );
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
