/** The frame of every page: navigation, header, notices, the view that the URL hash selects, and the dialog. */

import { Dialog } from '../forms/dialog.js';
import { FileDrop } from '../import/dialog/file-drop.js';
import { EntityView } from '../views/entity/entity-view.js';
import { Header } from './header.js';
import { HealthView } from '../views/health/health-view.js';
import { Loading } from './loading.js';
import { LogView } from '../views/log/log-view.js';
import { Message } from './message.js';
import { Navigation } from './navigation.js';
import { Notices } from './notices.js';
import { Palette } from '../palette/palette.js';
import { QueriesView } from '../views/queries-view.js';
import { html, useEffect, useRef } from '../vendor/preact.js';
import { SystemView } from '../views/system/system-view.js';
import { TableView } from '../views/table/table-view.js';
import { TokenField } from './token-field.js';

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
  system: SystemView,
};

/** @param {Omit<ViewProps, 'session' | 'contract'> & { session: ViewProps['session'] | undefined }} props */
export function App({ state, update, session }) {
  const { contract, route } = state;
  const main = useRef(/** @type {HTMLElement | null} */ (null));
  useFocusOnNavigation(main, `${route.view} ${route.id}`);
  const View = views[route.view];
  const props = { state, update, session, contract };
  const isReady = contract !== undefined && session !== undefined;
  return html`
    <a class="skip" href="#main" onClick=${skipTo(main)}>Skip to content</a>
    <${Navigation} state=${state} />
    <div class="page">
      <${Header} state=${state} update=${update} />
      <${TokenField} state=${state} update=${update} />
      <${Notices} state=${state} />
      <main id="main" tabindex="-1" ref=${main}>
        ${isReady ? html`<${View} ...${props} />` : html`<${Loading} replica=${state.replica} />`}
      </main>
      <${Message} text=${state.message} update=${update} />
    </div>
    <${FileDrop} state=${state} update=${update} />
    ${isReady && html`<${Dialog} ...${props} /><${Palette} ...${props} />`}
  `;
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
