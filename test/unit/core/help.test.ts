import { describe, expect, it } from 'vitest';
import { searchHelp, type HelpPage } from '../../../core/help/help-page';

const page = (id: string, title: string, ...sections: (readonly [string, string])[]): HelpPage => ({
  ...{ id, title, html: '' },
  sections: [['', title] as const, ...sections.map(([name]) => [name, name] as const)].map(
    ([anchor, name], index) => ({
      ...{ anchor, title: name, text: index === 0 ? `About ${title}.` : (sections[index - 1]?.[1] ?? '') },
    }),
  ),
});

const pages = [
  page(
    'bench',
    'Bench',
    ['Cancel', 'One drive can be stopped.'],
    ['Pair', 'Scan the machine, then the bay.'],
  ),
  page('bays', 'Bays', ['Ports', 'A bay has a port.']),
];

describe('searching the help', () => {
  it('finds sections that have every word, in any case and order, those with it in the title first', () => {
    expect(searchHelp(pages, 'BAY').map(({ title }) => title)).toEqual(['Bays', 'Pair', 'Ports']);
    expect(searchHelp(pages, 'bay machine')).toEqual([
      { page: 'bench', pageTitle: 'Bench', anchor: 'Pair', title: 'Pair' },
    ]);
  });

  it('gives a page itself as its beginning', () => {
    expect(searchHelp(pages, 'bays')[0]).toEqual({
      ...{ page: 'bays', pageTitle: 'Bays', anchor: '', title: 'Bays' },
    });
  });

  it('takes a word of the page’s title together with one of the section', () => {
    expect(searchHelp(pages, 'bench stopped').map(({ title }) => title)).toEqual(['Cancel']);
    // Not every section of a page, only because of the page's title.
    expect(searchHelp(pages, 'bench').map(({ title }) => title)).toEqual(['Bench']);
  });

  it('finds nothing for nothing, and for what is nowhere', () => {
    expect(searchHelp(pages, '  ')).toEqual([]);
    expect(searchHelp(pages, 'bay unicorn')).toEqual([]);
  });

  it('stays short', () => {
    const many = Array.from({ length: 30 }, (_, index) => page(`p${index}`, `Page ${index}`));
    expect(searchHelp(many, 'page')).toHaveLength(12);
  });
});
