import { helpPages } from 'prestage-help';
import { useEffect, useRef, useState, type MouseEvent, type ReactElement } from 'react';
import { searchHelp, type HelpPage } from '../../../core/help/help-page';
import { BackButton } from '../../components/screen-header';
import { SearchField } from '../../components/search-field';
import { showHelpPage, toggleHelp, useView } from '../../store/view-store';
import { useText } from '../../text';
import { StartHereButton } from '../first-drive/start-here-button';
import { firstPage, pageOfScreen, screenPages } from './help-pages';
import './help.css';

const byId = new Map(helpPages.map((page) => [page.id, page]));
const ofScreens = screenPages.flatMap((id) => byId.get(id) ?? []);
const first = helpPages.filter(({ id }) => id === firstPage);
const others = helpPages.filter(({ id }) => id !== firstPage && !screenPages.includes(id));

interface LinksProps {
  readonly title: string;
  readonly pages: readonly HelpPage[];
  readonly shown: string;
}

function Links({ title, pages, shown }: LinksProps): ReactElement {
  return (
    <>
      <h2>{title}</h2>
      <ul>
        {pages.map((page) => (
          <li key={page.id}>
            <button
              type="button"
              className="help-link"
              aria-current={page.id === shown ? 'page' : undefined}
              onClick={() => {
                showHelpPage(page.id);
              }}
            >
              {page.title}
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}

function Hits({ query }: { readonly query: string }): ReactElement {
  const text = useText().help;
  const hits = searchHelp(helpPages, query);
  return (
    <div role="status">
      <h2>{text.found(query.trim())}</h2>
      {hits.length === 0 && <p className="soft">{text.nothing}</p>}
      <ul>
        {hits.map(({ page, pageTitle, anchor, title }) => (
          <li key={`${page}:${anchor}`}>
            <button
              type="button"
              className="help-link"
              onClick={() => {
                showHelpPage(page, anchor);
              }}
            >
              {title}
              {title !== pageTitle && <small className="soft">{pageTitle}</small>}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Links of the page, which lead to other pages of it; nothing else is ever loaded. */
function follow(event: MouseEvent): void {
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  if (link === null) return;
  event.preventDefault();
  const [page = '', anchor = ''] = (link.getAttribute('href') ?? '').slice(1).split(':');
  showHelpPage(page, anchor);
}

function Page({ page, anchor }: { readonly page: HelpPage; readonly anchor: string }): ReactElement {
  const area = useRef<HTMLElement>(null);
  useEffect(() => {
    // With the focus in it, the arrow keys scroll.
    area.current?.focus({ preventScroll: true });
    const heading = anchor === '' ? null : document.getElementById(`help-${anchor}`);
    if (heading === null) area.current?.scrollTo(0, 0);
    else heading.scrollIntoView();
  }, [page, anchor]);
  return (
    <article
      ref={area}
      className="fill surface help-page"
      tabIndex={0}
      aria-label={page.title}
      onClick={follow}
      // Made of our own documents when the app was built; the page's policy lets nothing in it run.
      dangerouslySetInnerHTML={{ __html: page.html }}
    />
  );
}

/** The guide, at the page of the screen that was shown before. */
export function HelpScreen(): ReactElement {
  const text = useText().help;
  const { page, anchor, from } = useView(({ help }) => help);
  const [query, setQuery] = useState('');
  const shown = byId.get(page ?? pageOfScreen[from]) ?? byId.get(pageOfScreen[from]);
  if (shown === undefined) throw new Error(`the guide has no page for ${from}`);
  return (
    <div className="screen-filled help">
      <div className="help-side">
        <BackButton onBack={toggleHelp}>{text.back[from]}</BackButton>
        <div
          className="help-search"
          onKeyDown={(event) => {
            if (event.key !== 'Escape' || query === '') return;
            // The first one empties the field, the next one leaves.
            event.preventDefault();
            setQuery('');
          }}
        >
          <SearchField label={text.search} hint={text.searchHint} value={query} onSearch={setQuery} />
        </div>
        <nav className="help-contents" aria-label={text.contents}>
          {query.trim() === '' ? (
            <>
              <Links title={text.screens} pages={[...first, ...ofScreens]} shown={shown.id} />
              <Links title={text.guides} pages={others} shown={shown.id} />
            </>
          ) : (
            <Hits query={query} />
          )}
        </nav>
      </div>
      <div className="help-shown">
        {shown.id === firstPage && <StartHereButton />}
        <Page page={shown} anchor={anchor} />
      </div>
    </div>
  );
}
