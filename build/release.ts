import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pinnedElectron, prepareElectron } from './electron-runtime';
import { packageProduct } from './package';
import { root } from './package/paths';
import { requireReleaseElectron, WrongElectron } from './release-electron';
import { changesOf, readReleaseInput, releaseFindings, tagOf } from './release/findings';
import { run, say } from './run';

/**
 * Makes a release: looks whether this checkout may be released, runs the tests that decide whether a change lands (.ci/run),
 * packs, and names what to publish. It publishes and tags nothing. Exit status: 0 when all is there, 1 when the tests fail, 3 when something stands against it.
 */

const input = readReleaseInput(root);
const findings = releaseFindings(input);
try {
  // Packing asks the same; asked here before the tests run.
  requireReleaseElectron('release', await prepareElectron(), pinnedElectron());
} catch (error) {
  if (!(error instanceof WrongElectron)) throw error;
  findings.push(error.message);
}
if (findings.length > 0) {
  console.error(`${input.version} cannot be released from here:`);
  for (const finding of findings) console.error(`  ${finding}`);
  process.exit(3);
}
say(`testing ${input.version}`);
if (spawnSync('bash', ['.ci/run'], { cwd: root, stdio: 'inherit' }).status !== 0) {
  console.error(`${input.version} is not released: its tests failed.`);
  process.exit(1);
}
const deb = await packageProduct({
  flavour: 'release',
  targets: [],
  app: join(root, 'dist/app'),
  bundle: true,
});
const sum = createHash('sha256').update(readFileSync(deb)).digest('hex');
const sumFile = `${deb}.sha256`;
writeFileSync(sumFile, `${sum}  ${basename(deb)}\n`);
const commit = run('git', ['rev-parse', 'HEAD'], { cwd: root }).trim();
process.stdout.write(`
Prestage ${input.version} is ready. Publish:
  ${deb}
  ${sumFile}
    SHA-256 ${sum}
  the tag ${tagOf(input.version)} on commit ${commit}: git tag --annotate ${tagOf(input.version)} ${commit}
  what is new:

${changesOf(input.changelog ?? '', input.version)}
`);
