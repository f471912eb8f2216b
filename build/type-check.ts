/**
 * Type-checks every room with its own tsconfig, so that `fs` does not compile in core. Each room once: a room that
 * imports another sees its declarations, in the order that build/layers.ts gives. What is unchanged is not checked
 * again; what was found is kept in node_modules/.cache/types.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { layers, roomNames } from './layers';

const root = resolve(import.meta.dirname, '..');
const cache = join(root, 'node_modules/.cache/types');

// The rooms' own files stay free of this: editors and the linter read them, and go to the sources of other rooms.
for (const room of roomNames) {
  mkdirSync(join(cache, room), { recursive: true });
  const project = {
    extends: join(root, room, 'tsconfig.json'),
    compilerOptions: {
      composite: true,
      noEmit: false,
      emitDeclarationOnly: true,
      rootDir: root,
      outDir: join(cache, 'declarations'),
      tsBuildInfoFile: join(cache, room, 'tsbuildinfo'),
    },
    references: (layers[room]?.rooms ?? []).map((other) => ({ path: `../${other}` })),
  };
  const file = join(cache, room, 'tsconfig.json');
  const text = JSON.stringify(project);
  // A file that is younger than what was found is a reason to look again.
  if (!existsSync(file) || readFileSync(file, 'utf8') !== text) writeFileSync(file, text);
}

const compiler = join(root, 'node_modules/typescript/bin/tsc');
const projects = roomNames.map((room) => join(cache, room));
const { status } = spawnSync(process.execPath, [compiler, '-b', ...projects], {
  cwd: root,
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
