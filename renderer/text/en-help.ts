import type { HelpedScreen } from '../store/view-store';

/** Words around the guide on the help screen; the guide's own are in docs/guide. */
export const helpText = {
  contents: 'Contents',
  screens: 'Screens',
  guides: 'Guide',
  search: 'Search',
  searchHint: 'In the whole guide',
  found: (query: string): string => `Found for “${query}”`,
  nothing: 'Nothing found. Try another word.',
  beginning: 'Beginning of the page',
  back: {
    order: 'Back to Order (Esc)',
    media: 'Back to Media (Esc)',
    bench: 'Back to Bench (Esc)',
    ship: 'Back to Ship (Esc)',
    log: 'Back to Log (Esc)',
    settings: 'Back to Settings (Esc)',
    machines: 'Back to Machines (Esc)',
    sheet: 'Back to Barcodes (Esc)',
    'scanner-check': 'Back to Scanner check (Esc)',
  } satisfies Readonly<Record<HelpedScreen, string>>,
};
