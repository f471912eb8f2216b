import { Linter } from 'eslint';
import tseslint from 'typescript-eslint';
import { describe, expect, it } from 'vitest';
import { layeringRule } from '../../../build/layering-rule';

const root = '/house';

/** The rule's messages for one line of code in one file. */
function lint(file: string, code: string): string[] {
  const linter = new Linter({ cwd: root, configType: 'flat' });
  const messages = linter.verify(
    code,
    [
      {
        files: ['**/*.ts'],
        languageOptions: { parser: tseslint.parser },
        plugins: { prestage: { rules: { layering: layeringRule as never } } },
        rules: { 'prestage/layering': ['error', { root }] },
      },
    ],
    `${root}/${file}`,
  );
  return messages.map(({ message }) => message);
}

describe('the layering rule', () => {
  it.each([
    ['core', 'core/a.ts', "import { readFileSync } from 'node:fs';", "'core' may not import 'node:fs'"],
    ['core', 'core/a.ts', "import fs from 'fs';", "'core' may not import 'fs'"],
    [
      'core',
      'core/a.ts',
      "import { x } from '@scope/package/deep';",
      "'core' may not import '@scope/package'",
    ],
    ['core', 'core/a.ts', "import { x } from '../native/x';", "'core' may not import from 'native'"],
    ['core', 'core/deep/a.ts', "import '../../station/x';", "'core' may not import from 'station'"],
    ['native', 'native/a.ts', "import { x } from '../station/x';", "'native' may not import from 'station'"],
    ['static', 'station/a.ts', "import { x } from '../native/x';", "'station' may not import from 'native'"],
    ['dynamic', 'station/a.ts', "await import('../native/x');", "'station' may not import from 'native'"],
    [
      'require',
      'station/a.ts',
      "const x = require('../native/x');",
      "'station' may not import from 'native'",
    ],
    [
      'import require',
      'station/a.ts',
      "import x = require('../native/x');",
      "'station' may not import from 'native'",
    ],
    [
      'export from',
      'station/a.ts',
      "export { x } from '../native/x';",
      "'station' may not import from 'native'",
    ],
    ['export all', 'station/a.ts', "export * from '../native/x';", "'station' may not import from 'native'"],
    [
      'type',
      'station/a.ts',
      "import type { X } from '../native/x';",
      "'station' may not import from 'native'",
    ],
    ['type()', 'station/a.ts', "type X = import('../native/x').X;", "'station' may not import from 'native'"],
    ['detour', 'station/a.ts', "import '../station/../native/x';", "'station' may not import from 'native'"],
    ['absolute', 'station/a.ts', "import '/house/native/x';", "'station' may not import from 'native'"],
    ['outside', 'station/a.ts', "import '../../elsewhere/x';", "'station' may not import from"],
    ['the root', 'station/a.ts', "import '../vitest.config';", "'station' may not import from"],
    [
      'the contract',
      'core/a.ts',
      "import type { X } from './contract/x';",
      "Only 'core/contract' itself and other rooms may import from 'core/contract'",
    ],
    [
      'the contract from a folder',
      'core/deep/a.ts',
      "export { x } from '../contract/x';",
      "Only 'core/contract' itself and other rooms may import from 'core/contract'",
    ],
    ['unknown room', 'attic/a.ts', "import { z } from 'zod';", "The room 'attic' is not in build/layers.ts."],
  ])('refuses %s in %s: %s', (_, file, code, message) => {
    expect(lint(file, code)).toEqual([expect.stringContaining(message)]);
  });

  it.each([
    ['core/a.ts', "import { z } from 'zod';"],
    ['core/contract/a.ts', "import { x } from '../display'; import { y } from './y';"],
    ['renderer/a.ts', "import type { X } from '../core/contract/x';"],
    ['native/a.ts', "import { x } from '../core/x'; import { readFileSync } from 'node:fs';"],
    ['station/cli/a.ts', "import { x } from '../../core/x'; import { y } from '../ledger/y';"],
    ['station/a.ts', "import { Command } from 'commander'; export { x } from './x'; const name = 'native';"],
    ['test/unit/a.ts', "import '../../native/x'; import '../../station/x'; import '../../vitest.config';"],
    ['build/a.ts', "import { build } from 'esbuild';"],
    ['vitest.config.ts', "import { x } from './build/x';"],
  ])('allows %s: %s', (file, code) => {
    expect(lint(file, code)).toEqual([]);
  });
});
