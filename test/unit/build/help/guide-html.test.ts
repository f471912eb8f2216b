import { describe, expect, it } from 'vitest';
import { guidePage } from '../../../../build/help/guide-html';
import { guidePages } from '../../../../build/help/help-plugin';
import { pageOfScreen } from '../../../../renderer/screens/help/help-pages';
import { scanScreens as screens } from '../../../../core/scan/scan-outcome';
import { anchorsOf, documentText } from '../../../support/documents';

const size = (): { width: number; height: number } => ({ width: 4, height: 3 });
const html = (markdown: string, id = 'screens/bench'): string =>
  guidePage(id, `# T\n\n${markdown}`, size).html;

describe('a page of the guide', () => {
  it('links to other pages of the guide and to its own headings', () => {
    expect(html('[a](../scanner.md#scanner-check)')).toContain('<a href="#scanner:scanner-check">a</a>');
    expect(html('[a](ship.md)')).toContain('<a href="#screens/ship">a</a>');
    expect(html('[a](#b)')).toContain('<a href="#screens/bench:b">a</a>');
  });

  it.each([
    '[the *words*](https://example.org/x)',
    '[the *words*](javascript:alert(1))',
    '[the *words*](../../security.md#y)',
    '[the *words*](../../../core/order)',
    '[the *words*](mailto:a@example.org)',
  ])('leaves no link of %s, only its words', (markdown) => {
    expect(html(markdown)).toMatch(/<p><span class="help-elsewhere">the <em>words<\/em><\/span>/);
    expect(html(markdown)).not.toMatch(/href|example|javascript/);
  });

  it('makes no link of a bare address', () => {
    expect(html('See https://example.org/x.')).not.toContain('href');
  });

  it('shows pictures from the checkout, with their size', () => {
    const page = guidePage('screens/bench', '# T\n\n![a "b"](../../screens/x.png)', size);
    expect(page.pictures).toEqual([{ placeholder: '{{picture 0}}', file: 'docs/screens/x.png' }]);
    expect(page.html).toContain('<img src="{{picture 0}}" alt="a &quot;b&quot;" width="4" height="3">');
  });

  it('refuses HTML: what runs nowhere in a document would run in the app', () => {
    for (const text of ['<script>x</script>', 'a <b onclick="x">b</b>']) {
      expect(() => html(text)).toThrow('docs/guide/screens/bench.md has HTML in it');
    }
    expect(html('`<b>` and\n\n    <i>')).not.toMatch(/<[bi]>/);
  });

  it('knows its sections with their words', () => {
    const { title, sections } = guidePage(
      'a',
      '# The *A*\n\nOne [two](b.md).\n\n## B `c`\n\n| x | y |\n| - | - |\n| **1** | 2 |\n\n- li\n\n```sh\nnpx d\n```\n',
      size,
    );
    expect(title).toBe('The A');
    expect(sections).toEqual([
      { title: 'The A', anchor: 'the-a', text: 'One two.' },
      { title: 'B c', anchor: 'b-c', text: 'x y 1 2 li npx d' },
    ]);
  });

  it('needs a title', () => {
    expect(() => guidePage('a', 'words', size)).toThrow('has no title');
  });
});

describe('the guide in the app', () => {
  const pages = guidePages();

  it('has a page with a picture for every screen, each its own', () => {
    const ids = screens.filter((screen) => screen !== 'help').map((screen) => pageOfScreen[screen]);
    expect(new Set(ids).size).toBe(screens.length - 1);
    for (const id of ids) {
      expect(pages.find((page) => page.id === id)?.pictures.length, id).toBeGreaterThan(0);
    }
  });

  it.each(pages.map((page) => [page.id, page] as const))('%s has no link that leads nowhere', (_, page) => {
    const targets = [...page.html.matchAll(/ href="([^"]*)"/g)].map((match) => match[1] ?? '');
    const broken = targets.filter((target) => {
      const [id = '', anchor] = target.slice(1).split(':');
      const to = pages.find((one) => one.id === id);
      if (!target.startsWith('#') || to === undefined) return true;
      return anchor !== undefined && !to.html.includes(` id="help-${anchor}"`);
    });
    expect(broken).toEqual([]);
    expect(page.html).not.toMatch(/ (?:src|href)="(?:https?:|\/\/)/);
  });

  it.each(pages.map((page) => [page.id, page] as const))(
    '%s has the anchors that documents link to',
    (id, page) => {
      expect(page.sections.map(({ anchor }) => anchor)).toEqual([
        ...anchorsOf(documentText(`docs/guide/${id}.md`)),
      ]);
    },
  );
});
