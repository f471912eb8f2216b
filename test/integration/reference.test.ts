import { beforeAll, describe, expect, it } from 'vitest';
import { leafCommands } from '../../build/reference/commands-page';
import { makePages, stalePages } from '../../build/reference/pages';
import { errorCodes } from '../../core/base/error-reference';

describe('docs/reference', () => {
  // The type checker reads all schemas.
  const patience = 60_000;
  let pages: ReadonlyMap<string, string>;
  const page = (name: string): string => {
    const found = [...pages].find(([path]) => path.endsWith(`/${name}`));
    if (found === undefined) throw new Error(`no page ${name}`);
    return found[1];
  };
  beforeAll(async () => {
    pages = await makePages();
  }, patience);

  it('is current', { timeout: patience }, async () => {
    expect(await stalePages(pages), 'run npm run reference').toEqual([]);
  });

  it('has every command with every option, and what it prints', async () => {
    const commands = page('commands.md');
    const leaves = [...(await leafCommands())];
    expect(leaves.length).toBeGreaterThan(20);
    for (const [name, command] of leaves) {
      const section = commands.split(`# prestage ${name}\n`)[1]?.split('\n#')[0] ?? '';
      expect(section, name).toContain(`prestage ${name} [options]`);
      for (const { flags } of command.options) expect(section, name).toContain(`\`${flags}\``);
      for (const argument of command.registeredArguments) expect(section).toContain(`<${argument.name()}`);
      expect(section, name).toMatch(/^JSON: \[/m);
    }
  });

  it('leads from every command to its form', () => {
    const addresses = [...page('commands.md').matchAll(/json\.md#([a-z-]+)/g)].map(([, address]) => address);
    const titles = [...page('json.md').matchAll(/^### (.*)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replace(/[^a-z -]/g, '')
        .replaceAll(' ', '-'),
    );
    expect(titles).toEqual(expect.arrayContaining(addresses));
    const inside = [...page('json.md').matchAll(/\(#([a-z-]+)\)/g)].map(([, address]) => address);
    expect(titles).toEqual(expect.arrayContaining(inside));
  });

  it('says what members mean, from the comments at the schemas', () => {
    expect(page('json.md')).toContain('`bytesVerified`: whole number. Bytes read back and compared.');
  });

  it('has every error code', () => {
    for (const code of errorCodes) expect(page('errors.md')).toContain(`\n## ${code}\n`);
  });
});
