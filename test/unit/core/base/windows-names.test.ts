import { describe, expect, it } from 'vitest';
import {
  endsBadly,
  isDeviceName,
  isMtoolsDevice,
  ntfsFlaw,
  windowsNameProblem,
} from '../../../../core/base/windows-names';

describe('names on Windows', () => {
  it('are refused by NTFS only for what no file on it can have', () => {
    const flaws = (name: string): string | undefined => ntfsFlaw(name)?.flaw;
    expect(['', '.', '..', 'a:b', 'a\u0001', 'x'.repeat(256)].map(flaws)).toEqual([
      ...['empty', 'relative', 'relative', 'character', 'character', 'long'],
    ]);
    // Umlauts count once; Linux subsystems and captured images have the others.
    for (const name of ['ü'.repeat(255), 'aux', 'driver.', 'a ', 'a\u007f', 'NUL.txt']) {
      expect(flaws(name), name).toBeUndefined();
    }
  });

  it('are refused for new files also where programs stumble', () => {
    expect(windowsNameProblem('driver.')).toBe('ends with a space or a dot, which Windows drops');
    for (const name of ['aux.inf', 'CON', 'com¹', 'conin$', 'nul .txt']) {
      expect(windowsNameProblem(name), name).toBe('is the name of a Windows device');
    }
    for (const name of ['auxiliary.inf', 'com10', 'Grüße', '$RECYCLE.BIN']) {
      expect(windowsNameProblem(name), name).toBeNull();
    }
    expect(windowsNameProblem('x'.repeat(256))).toBe('is longer than 255 characters');
  });

  it('stand for fewer devices where mtools writes them', () => {
    expect(['aux', 'nul.txt', 'com1'].every(isMtoolsDevice)).toBe(true);
    expect(['com¹', 'conin$', 'nul .txt'].some(isMtoolsDevice)).toBe(false);
    expect(['com¹', 'conin$', 'nul .txt'].every(isDeviceName)).toBe(true);
    expect([endsBadly('a. '), endsBadly('a.b')]).toEqual([true, false]);
  });
});
