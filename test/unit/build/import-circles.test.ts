import { describe, expect, it } from 'vitest';
import { importCircles } from '../../../build/check-imports';

const circlesOf = (sources: Record<string, string>): string[][] =>
  importCircles(new Map(Object.entries(sources)));

describe('import circles', () => {
  it.each([
    ['import', "import { b } from './b';", "import { a } from './a';"],
    ['type', "import type { B } from './b';", "import type { A } from './a';"],
    ['type()', "export type B = import('./b').B;", "import './a';"],
    ['export from', "export { b } from './b';", "export * from './a';"],
    ['import()', "await import('./b');", "import './a';"],
  ])('are found when two files %s each other', (_, a, b) => {
    expect(circlesOf({ 'core/a.ts': a, 'core/b.ts': b })).toEqual([['core/a.ts', 'core/b.ts']]);
  });

  it('are found over several files and folders, without the way to them', () => {
    const circles = circlesOf({
      'station/main.ts': "import './jobs/a';",
      'station/jobs/a.ts': "import '../b';",
      'station/b.ts': "import { Screen } from './screen';",
      'station/screen.tsx': "import './jobs/a';",
    });
    expect(circles).toEqual([['station/jobs/a.ts', 'station/b.ts', 'station/screen.tsx']]);
  });

  it('are found when a file imports itself', () => {
    expect(circlesOf({ 'core/a.ts': "import './a';" })).toEqual([['core/a.ts']]);
  });

  it('are none where files share what they import', () => {
    const sources = { 'core/a.ts': "import './b'; import './c';", 'core/b.ts': "import './c';" };
    expect(circlesOf({ ...sources, 'core/c.ts': "import 'zod'; const text = \"import './a'\";" })).toEqual(
      [],
    );
  });
});
