import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { layeringIssues as issues } from '../../../build/check-imports';

const root = resolve(import.meta.dirname, '../../..');

describe('the layering table', () => {
  it.each([
    ['core', 'core/a.ts', "import { readFileSync } from 'node:fs';", "'core' may not import 'node:fs'"],
    ['core', 'core/a.ts', "import fs from 'fs';", "'core' may not import 'fs'"],
    [
      'core',
      'core/a.ts',
      "import { x } from '@scope/package/deep';",
      "'core' may not import '@scope/package'",
    ],
    ['core', 'core/a.ts', "import { x } from '../helper/x';", "'core' may not import from 'helper'"],
    ['core', 'core/deep/a.ts', "import '../../station/x';", "'core' may not import from 'station'"],
    ['helper', 'helper/a.ts', "import { x } from '../station/x';", "'helper' may not import from 'station'"],
    ['static', 'station/a.ts', "import { x } from '../helper/x';", "'station' may not import from 'helper'"],
    ['dynamic', 'station/a.ts', "await import('../helper/x');", "'station' may not import from 'helper'"],
    [
      'require',
      'station/a.ts',
      "const x = require('../helper/x');",
      "'station' may not import from 'helper'",
    ],
    [
      'import require',
      'station/a.ts',
      "import x = require('../helper/x');",
      "'station' may not import from 'helper'",
    ],
    [
      'export from',
      'station/a.ts',
      "export { x } from '../helper/x';",
      "'station' may not import from 'helper'",
    ],
    ['export all', 'station/a.ts', "export * from '../helper/x';", "'station' may not import from 'helper'"],
    [
      'type',
      'station/a.ts',
      "import type { X } from '../helper/x';",
      "'station' may not import from 'helper'",
    ],
    ['type()', 'station/a.ts', "type X = import('../helper/x').X;", "'station' may not import from 'helper'"],
    ['detour', 'station/a.ts', "import '../station/../helper/x';", "'station' may not import from 'helper'"],
    ['absolute', 'station/a.ts', `import '${root}/helper/x';`, "'station' may not import from 'helper'"],
    ['outside', 'station/a.ts', "import '../../elsewhere/x';", "'station' may not import from"],
    ['the root', 'station/a.ts', "import '../vitest.config';", "'station' may not import from"],
    [
      'the contract in the domain',
      'core/pairing/a.ts',
      "import type { X } from '../contract/x';",
      "'core/pairing' may not import from 'core/contract'",
    ],
    [
      'folder',
      'station/ledger/a.ts',
      "import '../jobs/x';",
      "'station/ledger' may not import from 'station/jobs'",
    ],
    [
      'folder above',
      'station/app/a.ts',
      "await import('../cli/x');",
      "'station/app' may not import from 'station/cli'",
    ],
    [
      'deep folder',
      'station/fleet/deep/a.ts',
      "export * from '../../cli/x';",
      "'station/fleet' may not import from 'station/cli'",
    ],
    [
      'file outside of all folders',
      'core/base/a.ts',
      "import '../x';",
      "'core/base' may not import from 'core/'",
    ],
    ['file outside', 'core/a.ts', "import './base/x';", "'core/' is not a folder of 'core'"],
    ['unknown folder', 'core/attic/a.ts', "import './x';", "'core/attic' is not a folder of 'core'"],
    ['unknown room', 'attic/a.ts', "import { z } from 'zod';", "The room 'attic' is not in build/layers.ts."],
  ])('refuses %s in %s: %s', (_, file, code, message) => {
    expect(issues(file, code)).toEqual([expect.stringContaining(message)]);
  });

  it.each([
    ['core/a.ts', "import { z } from 'zod';"],
    ['core/contract/a.ts', "import { x } from '../base/display'; import { y } from './y';"],
    ['helper/media/deep/a.ts', "import { x } from '../wim'; import { y } from '../../tools/y';"],
    ['helper/a.ts', "import { x } from '../core/x'; import { readFileSync } from 'node:fs';"],
    ['station/cli/a.ts', "import { x } from '../../core/x'; import { y } from '../ledger/y';"],
    [
      'station/cli/a.ts',
      "import { Command } from 'commander'; export { x } from './x'; const name = 'helper';",
    ],
    ['test/unit/a.ts', "import '../../helper/x'; import '../../station/x'; import '../../vitest.config';"],
    ['build/a.ts', "import { build } from 'esbuild';"],
    ['vitest.config.ts', "import { x } from './build/x';"],
  ])('allows %s: %s', (file, code) => {
    expect(issues(file, code)).toEqual([]);
  });
});
