import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';

const folder = resolve(import.meta.dirname, '../../../renderer/screens/settings');

it('the list at the top of Settings leads to every part of it', () => {
  // Those of a station on a stick lie with its other screens.
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.tsx'))
    .concat('../live/live-sections.tsx', '../live/image-disk.tsx');
  const parts = files
    .flatMap((name) => [...readFileSync(join(folder, name), 'utf8').matchAll(/<Panel\s+id="([^"]+)"/g)])
    .map(([, id = '']) => id);
  const listed = [
    ...readFileSync(join(folder, 'settings-screen.tsx'), 'utf8').matchAll(/\['(settings-[^']+)', /g),
  ].map(([, id = '']) => id);
  expect(parts.length).toBeGreaterThan(10);
  expect(listed.toSorted()).toEqual(parts.toSorted());
});
