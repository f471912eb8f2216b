import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { run } from '../run';

/** What must hold of a checkout before it is released. */

export interface ReleaseInput {
  /** Of package.json. */
  readonly version: string;
  /** Of package-lock.json, which says it twice. */
  readonly lockVersions: readonly string[];
  /** Text of CHANGELOG.md; null when there is none. */
  readonly changelog: string | null;
  /** Files that differ from the last commit or are new, as `git status --porcelain` prints them. */
  readonly uncommitted: readonly string[];
  readonly tags: readonly string[];
  /** Of the machine's /etc/os-release, such as `debian 12`. */
  readonly system: string;
}

/** The oldest Debian that is supported: a package made on it runs on the newer ones, not the other way round. */
const oldestSystem = 'debian 12';

const manifestSchema = z.object({ version: z.string() });
const lockSchema = z.object({
  version: z.string(),
  packages: z.object({ '': z.object({ version: z.string() }) }),
});

/** Reads it all from a checkout. @throws Error when it is none */
export function readReleaseInput(root: string, osRelease = '/etc/os-release'): ReleaseInput {
  const json = (file: string): unknown => JSON.parse(readFileSync(join(root, file), 'utf8'));
  const lines = (args: readonly string[]): string[] =>
    run('git', args, { cwd: root })
      .split('\n')
      .filter((line) => line !== '');
  const lock = lockSchema.parse(json('package-lock.json'));
  const changelog = join(root, 'CHANGELOG.md');
  const system = readFileSync(osRelease, 'utf8');
  const field = (name: string): string =>
    new RegExp(`^${name}="?([^"\\n]*)"?$`, 'm').exec(system)?.[1] ?? 'unknown';
  return {
    version: manifestSchema.parse(json('package.json')).version,
    lockVersions: [lock.version, lock.packages[''].version],
    changelog: existsSync(changelog) ? readFileSync(changelog, 'utf8') : null,
    uncommitted: lines(['status', '--porcelain']),
    tags: lines(['tag', '--list']),
    system: `${field('ID')} ${field('VERSION_ID')}`,
  };
}

/** @returns a sentence for each thing that keeps this from being released; none when nothing does */
export function releaseFindings(input: ReleaseInput): string[] {
  const { version, changelog } = input;
  const findings: string[] = [];
  if (input.uncommitted.length > 0) {
    const shown = input.uncommitted.slice(0, 10);
    const more = input.uncommitted.length - shown.length;
    if (more > 0) shown.push(`and ${more} more`);
    findings.push(`Commit or remove what is not committed:\n    ${shown.join('\n    ')}`);
  }
  if (!/^\d+\.\d+\.\d+$/.test(version)) {
    findings.push(`package.json has version ${version}: a release is numbered like 0.2.0.`);
  }
  if (input.lockVersions.some((one) => one !== version)) {
    findings.push(
      `package.json has version ${version}, package-lock.json ${input.lockVersions.join(' and ')}: run npm install.`,
    );
  }
  if (changelog === null) {
    findings.push('CHANGELOG.md is missing.');
  } else {
    const newest = /^## (.*)$/m.exec(changelog)?.[1]?.trim();
    if (newest !== version) {
      findings.push(
        `The first section of CHANGELOG.md is ${newest === undefined ? 'missing' : `“${newest}”`}: it must be “## ${version}”.`,
      );
    } else if (changesOf(changelog, version) === '') {
      findings.push(`CHANGELOG.md says nothing about ${version}.`);
    }
  }
  if (input.tags.includes(tagOf(version))) {
    findings.push(`There is a tag ${tagOf(version)} already: raise the version.`);
  }
  if (input.system !== oldestSystem) {
    findings.push(
      `This machine is ${input.system}. Make the release on ${oldestSystem}: made on a newer system, it may not run on the older one.`,
    );
  }
  return findings;
}

/** The text below the heading of a version in the changelog; empty when there is none. */
export function changesOf(changelog: string, version: string): string {
  const sections = changelog.split(/^## /m).slice(1);
  const section = sections.find((text) => text.split('\n')[0]?.trim() === version);
  return section?.slice(section.indexOf('\n') + 1).trim() ?? '';
}

export function tagOf(version: string): string {
  return `v${version}`;
}
