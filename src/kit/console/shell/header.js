/** Where the user is, and how the replica is. */

import { capitalize, toTitle } from '../parts/text.js';
import { addressOf } from '../store/address.js';
import { Icon } from '../parts/icon.js';
import { navigationId } from './navigation.js';
import { html, useEffect } from '../vendor/preact.js';
import { StatusStrip } from './status-strip.js';

/** @param {{ state: import('../store/state.js').State, update: import('../store/state.js').Store['update'] }} props */
export function Header({ state, update }) {
  const { contract } = state;
  const title = contract === undefined ? document.title : titleOf(state, contract);
  useEffect(() => {
    if (contract !== undefined) document.title = `${title} · ${contract.title}`;
  }, [title, contract]);
  return html`<header>
    <button type="button" class="menu quiet square" popovertarget=${navigationId} aria-label="Menu">
      <${Icon} name="menu" />
    </button>
    <div class="breadcrumb">
      ${
        contract !== undefined &&
        state.route.view === 'entity' &&
        html`<a href=${addressOf({ ...state.route, view: 'table' })}>${capitalize(contract.name)}</a
          ><${Icon} name="chevron-right" />`
      }
      <h1 id="title">${title}</h1>
      ${state.route.view === 'entity' && html`<span class="subtitle">${toTitle(state.entity?.historical ?? state.entity?.current)}</span>`}
    </div>
    <${StatusStrip} state=${state} />
    <button type="button" class="jump small quiet" onClick=${() => update({ isPaletteOpen: true })}>
      <${Icon} name="search" /><span>Go to</span> <kbd>Ctrl K</kbd>
    </button>
  </header>`;
}

/** @param {import('../store/state.js').State} state @param {import('../contract/contract.js').Contract} contract */
function titleOf({ route }, { name, noun }) {
  const moment = route.asOf === undefined ? '' : ' (historical)';
  switch (route.view) {
    case 'table':
      return capitalize(name) + moment;
    case 'entity':
      return `${capitalize(noun)} ${route.id}${moment}`;
    case 'queries':
      return 'Queries';
    case 'log':
      return 'Event log';
    case 'health':
      return 'Health';
    case 'system':
      return 'System';
  }
}
