/** The guide as the app shows it. Pure: made from docs/guide when the app is built (build/help). */

/** What stands under one heading. */
export interface HelpSection {
  /** Of the heading, as in a link behind `#`. */
  readonly anchor: string;
  readonly title: string;
  /** Its words without any marks, for the search. */
  readonly text: string;
}

export interface HelpPage {
  /** Its file below docs/guide, without the ending. */
  readonly id: string;
  readonly title: string;
  readonly html: string;
  /** The first one is what stands under the page's own title. */
  readonly sections: readonly HelpSection[];
}

/** Where something that was searched for stands. */
export interface HelpHit {
  readonly page: string;
  readonly pageTitle: string;
  /** Empty for the beginning of the page. */
  readonly anchor: string;
  readonly title: string;
}

/** More would be scrolled through, not chosen from. */
const mostHits = 12;

const wordsOf = (text: string): string[] =>
  text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');

/**
 * The sections that have every word, those first that have all of them in their titles.
 * @param query as it was typed
 */
export function searchHelp(pages: readonly HelpPage[], query: string): HelpHit[] {
  const words = wordsOf(query);
  if (words.length === 0) return [];
  const has = (text: string): boolean => words.every((word) => text.toLowerCase().includes(word));
  const found = pages.flatMap((page) =>
    page.sections.map((section, index) => ({
      hit: {
        page: page.id,
        pageTitle: page.title,
        anchor: index === 0 ? '' : section.anchor,
        title: section.title,
      },
      inTitle: has(section.title) || (index === 0 && has(page.title)),
      inText:
        has(`${page.title} ${section.title} ${section.text}`) &&
        words.some((word) => `${section.title} ${section.text}`.toLowerCase().includes(word)),
    })),
  );
  return [...found.filter(({ inTitle }) => inTitle), ...found.filter((one) => !one.inTitle && one.inText)]
    .slice(0, mostHits)
    .map(({ hit }) => hit);
}
