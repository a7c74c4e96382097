/** Page layout: header, navigation, and the view selected by the URL hash. */

import { capitalize } from '../parts/text.js';
import { Dialog } from '../parts/dialog.js';
import { EntityView } from './entity-view.js';
import { HealthView } from './health-view.js';
import { LogView } from './log-view.js';
import { Notices } from '../parts/notices.js';
import { QueriesView } from './queries-view.js';
import { html, useEffect, useRef } from '../vendor/preact.js';
import { StatusStrip } from '../parts/status-strip.js';
import { TableView } from './table-view.js';
import { TokenField } from '../parts/token-field.js';

/**
 * @typedef {object} ViewProps
 * @property {import('../store/state.js').State} state
 * @property {import('../store/state.js').Store['update']} update
 * @property {import('../store/session.js').Session} session
 * @property {import('../contract/contract.js').Contract} contract
 */

const views = {
  table: TableView,
  entity: EntityView,
  queries: QueriesView,
  log: LogView,
  health: HealthView,
};

/** @param {Omit<ViewProps, 'session' | 'contract'> & { session: ViewProps['session'] | undefined }} props */
export function App({ state, update, session }) {
  const { contract, route } = state;
  const main = useRef(/** @type {HTMLElement | null} */ (null));
  useFocusOnNavigation(main, `${route.view} ${route.id}`);
  const View = views[route.view];
  const props = { state, update, session, contract };
  return html`
    <a class="skip" href="#main" onClick=${skipTo(main)}>Skip to content</a>
    <header>
      <h1>${contract === undefined ? document.title : contract.title}</h1>
      <${Navigation} state=${state} />
      <${TokenField} state=${state} update=${update} />
    </header>
    <${StatusStrip} state=${state} />
    <${Notices} state=${state} session=${session} />
    <main id="main" tabindex="-1" ref=${main}>
      ${contract === undefined || session === undefined ? null : html`<${View} ...${props} />`}
    </main>
    <footer><p class="message" role="status">${state.message}</p></footer>
    ${contract !== undefined && session !== undefined && html`<${Dialog} ...${props} />`}
  `;
}

/** @param {{ state: import('../store/state.js').State }} props */
function Navigation({ state: { contract, route, rejections } }) {
  const name = capitalize(contract?.name ?? 'entities');
  const links = /** @type {const} */ ([
    ['table', '#/', name],
    ...(contract?.queries.length ? [/** @type {const} */ (['queries', '#/queries', 'Queries'])] : []),
    ['log', '#/log', rejections.length === 0 ? 'Event log' : `Event log (${rejections.length} rejected)`],
    ['health', '#/health', 'Health'],
  ]);
  return html`<nav aria-label="Views">
    ${links.map(
      ([view, href, label]) =>
        html`<a href=${href} aria-current=${route.view === view ? 'page' : undefined}>${label}</a>`,
    )}
    <a href="/docs">API</a>
  </nav>`;
}

/**
 * Moves the focus without changing the URL hash, which selects the view.
 *
 * @param {{ current: HTMLElement | null }} main
 */
function skipTo(main) {
  return (/** @type {Event} */ event) => {
    event.preventDefault();
    main.current?.focus();
  };
}

/** Moves the focus to the main element when the view changes. @param {{ current: HTMLElement | null }} main @param {string} place */
function useFocusOnNavigation(main, place) {
  const previous = useRef(place);
  useEffect(() => {
    if (previous.current !== place) main.current?.focus();
    previous.current = place;
  }, [place]);
}
