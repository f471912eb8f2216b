import { describe, expect, it } from 'vitest';
import { closingChoices, closingQuestion } from '../../../electron/closing';
import { readArguments } from '../../../electron/command-line';
import { locateHelper } from '../../../electron/helper-location';
import { menuTemplate } from '../../../electron/menu';

describe('readArguments', () => {
  const none = { state: null, bench: null, trainingIfEmpty: false };

  it.each([
    [[], none],
    [['--no-sandbox', '--inspect=0', 'whatever'], none],
    [['--state', '/s', '--bench=/b'], { ...none, state: '/s', bench: '/b' }],
    [['--bench', 'here'], { ...none, bench: '/work/here' }],
    [['--state', '--bench', '/b'], { ...none, bench: '/b' }],
    [['--state'], none],
    [['--training-if-empty'], { ...none, trainingIfEmpty: true }],
  ])('%j', (args, expected) => {
    expect(readArguments(['/electron', '/app', ...args], '/work')).toEqual(expected);
  });
});

describe('locateHelper', () => {
  it('is the checkout, with a Node that is not Electron', () => {
    expect(
      locateHelper({ packaged: false, resourcesPath: '/e/resources', mainFolder: '/c/dist/app' }),
    ).toEqual({
      directory: '/c',
      helper: ['/c/dist/runtime/node', '/c/dist/helper.cjs'],
    });
  });

  it('lies beside the installed app', () => {
    const details = {
      packaged: true,
      resourcesPath: '/usr/lib/prestage/resources',
      mainFolder: '/usr/lib/prestage/resources/app.asar/dist/app',
    };
    expect(locateHelper(details)).toEqual({
      directory: '/usr/lib/prestage/resources/engine',
      helper: ['/usr/lib/prestage/resources/engine/prestage-helper'],
    });
  });
});

describe('closing with something at work', () => {
  it('asks in words, and does nothing by default', () => {
    const of = (drives: number, receiving = false) => closingQuestion({ drives, receiving });
    expect(of(0)).toBeNull();
    expect(of(1)?.message).toBe('1 drive is being written.');
    expect(of(3)?.message).toBe('3 drives are being written.');
    expect(of(0, true)?.message).toBe('A media file is being received.');
    expect(of(2, true)?.message).toBe('2 drives are being written, and a media file is being received.');
    for (const question of [of(3), of(0, true), of(3, true)]) {
      expect(question?.buttons).toHaveLength(closingChoices.length);
    }
    expect(of(3)?.detail).not.toContain('media');
    for (const one of [of(0, true), of(3, true)]) {
      expect(one?.detail).toContain('receive the same folder again');
    }
    expect(closingChoices[0]).toBe('keep');
  });
});

describe('the menu', () => {
  const roles = (packaged: boolean): unknown[] =>
    menuTemplate(packaged).flatMap(({ submenu }) =>
      Array.isArray(submenu) ? submenu.map(({ role }) => role) : [],
    );

  it('has developer tools in a checkout only', () => {
    expect(roles(false)).toContain('toggleDevTools');
    expect(roles(true)).not.toContain('toggleDevTools');
    expect(roles(true)).not.toContain('reload');
  });

  it('has no shortcut that a scanner could type', () => {
    for (const { submenu } of menuTemplate(false)) {
      for (const { accelerator } of Array.isArray(submenu) ? submenu : []) {
        if (accelerator !== undefined) expect(accelerator).toMatch(/^CommandOrControl\+/);
      }
    }
  });
});
