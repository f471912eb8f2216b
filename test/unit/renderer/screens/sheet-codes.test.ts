import { describe, expect, it } from 'vitest';
import type { ScanContext } from '../../../../core/scan/scan';
import { appSettingsSchema } from '../../../../core/settings/settings';
import { drawCode128 } from '../../../../renderer/screens/sheet/barcode';
import {
  badgeCodes,
  badgeNames,
  bayCodes,
  commandCodes,
  isPrintable,
  maxBadges,
} from '../../../../renderer/screens/sheet/sheet-codes';

const context: ScanContext = {
  settings: appSettingsSchema.parse({}),
  bays: ['bay 1', 'bay 2', 'Top left', 'OP-7 left'].map((label) => ({ label, port: null, driveId: null })),
  drives: [],
};

describe('the codes on the sheet', () => {
  it('are the commands', () => {
    expect(commandCodes(context).map(({ code }) => code)).toEqual([
      'PRESTAGE-START',
      'PRESTAGE-UNDO',
      'PRESTAGE-CANCEL',
      'PRESTAGE-NEXT',
      'PRESTAGE-FILL',
      'PRESTAGE-RETRY',
      'PRESTAGE-CLEAR',
      'PRESTAGE-SHIP',
      'PRESTAGE-LINE',
      'PRESTAGE-RACK',
      'PRESTAGE-CARDS',
      'PRESTAGE-OFF',
      'PRESTAGE-ENDWAIT',
      'PRESTAGE-ENDOFF',
      'PRESTAGE-ENDBOOT',
    ]);
  });

  it('are the bays, in capital letters', () => {
    expect(bayCodes(context)).toEqual([
      { word: 'bay 1', code: 'BAY 1' },
      { word: 'bay 2', code: 'BAY 2' },
      { word: 'Top left', code: 'TOP LEFT' },
      // A bay is known exactly, so it comes before what only looks like a badge.
      { word: 'OP-7 left', code: 'OP-7 LEFT' },
    ]);
  });

  it('are not those that would be taken for something else', () => {
    const start = { ...context, bays: [{ label: 'PRESTAGE-START', port: null, driveId: null }] };
    expect(bayCodes(start)).toEqual([{ word: 'PRESTAGE-START', code: null }]);
    const badges = (badgePattern: string): unknown =>
      badgeCodes(['A. Jansen'], { ...context, settings: { ...context.settings, badgePattern } })[0]?.code;
    expect(badges(context.settings.badgePattern)).toBe('OP-A. Jansen');
    expect(badges('^EMPLOYEE (.+)$')).toBeNull();
    // A name that is read as a bay.
    expect(badgeCodes(['7 left'], context)[0]?.code).toBeNull();
  });

  it('of badges are one for each name', () => {
    expect(badgeNames('  A. Jansen \n\nB.  de  Vries\nA. Jansen\n')).toEqual(['A. Jansen', 'B. de Vries']);
    expect(badgeNames(Array.from({ length: 99 }, (_, index) => `name ${index}`).join('\n'))).toHaveLength(
      maxBadges,
    );
  });
});

describe('a barcode', () => {
  it('is as wide as its text needs, with quiet zones', () => {
    // Start, one symbol a character, check, stop: 11 modules each, the stop 13 (ISO/IEC 15417); 2 × 10 quiet.
    expect(drawCode128('PRESTAGE-START').modules).toBe(11 + 14 * 11 + 11 + 13 + 20);
    expect(drawCode128('BAY 1').source).toMatch(/^data:image\/svg\+xml,/);
  });

  it('is not made of what scanners type in different ways', () => {
    const bays = ['Müller', 'Bay 3'].map((label) => ({ label, port: null, driveId: null }));
    expect(bayCodes({ ...context, bays }).map(({ code }) => code)).toEqual([null, 'BAY 3']);
    expect(badgeCodes(['Müller', 'x'.repeat(62)], context).map(({ code }) => code)).toEqual([null, null]);
    expect(isPrintable('a\tb')).toBe(false);
    expect(isPrintable('')).toBe(false);
  });
});
