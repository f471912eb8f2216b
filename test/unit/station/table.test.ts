import { expect, it } from 'vitest';
import { table } from '../../../station/cli/output';

it('prints a long table in a moment, with the same columns from the first row to the last', () => {
  const rows = Array.from({ length: 20_001 }, (_, index) => [
    `P${index}`,
    index === 777 ? '映像 wide' : 'x',
    'end',
  ]);
  const began = performance.now();
  const lines = table([{ title: 'ID' }, { title: 'NAME' }, { title: 'STATE' }], rows).split('\n');
  expect(performance.now() - began).toBeLessThan(30_000);
  expect(lines).toHaveLength(20_002);
  expect(lines[0]).toBe('ID      NAME       STATE');
  expect(lines[1]).toBe('P0      x          end');
  expect(lines[778]).toBe('P777    映像 wide  end');
  expect(lines[20_001]).toBe('P20000  x          end');
});
