/** Side bar: the services of the system, and the pages of this one. On a phone, it is opened from the header. */

import { Icon } from '../parts/icon.js';
import { capitalize } from '../parts/text.js';
import { OtherServices, ServiceName } from './other-services.js';
import { html } from '../vendor/preact.js';

/** Refers to the side bar from the button in the header. */
export const navigationId = 'navigation';

/** @param {{ state: import('../store/state.js').State }} props */
export function Navigation({ state }) {
  const { contract, status, route } = state;
  return html`<nav
    class="navigation"
    id=${navigationId}
    popover="auto"
    aria-label="Views"
    onClick=${closeAfterLink}
  >
    <a class="brand" href="#/"
      ><img src=${iconOf(document)} alt="" />${productOf(contract?.title ?? document.title)}</a
    >
    <ul>
      <${Page} href="#/system" icon="layers" name="System" isCurrent=${route.view === 'system'} />
    </ul>
    <h2>Services</h2>
    <ul>
      ${
        contract !== undefined &&
        html`<${OwnPages} state=${state} contract=${contract} />
          <${OtherServices} state=${state} own=${contract.name} />`
      }
    </ul>
    <p class="about">
      ${status !== undefined && html`<span>Served by ${status.replica}</span><span>version ${status.version}</span>`}
    </p>
  </nav>`;
}

/** @param {{ state: import('../store/state.js').State, contract: import('../contract/contract.js').Contract }} props */
function OwnPages({ state, contract }) {
  const { view } = state.route;
  const count = state.rejections.length;
  return html`<li>
    <${ServiceName} state=${state} name=${contract.name} />
    <ul class="pages">
      <${Page}
        href="#/"
        icon="table-2"
        name=${capitalize(contract.plural)}
        isCurrent=${view === 'table' || view === 'entity'}
      />
      ${contract.queries.length > 0 && html`<${Page} href="#/queries" icon="search-code" name="Queries" isCurrent=${view === 'queries'} />`}
      <${Page} href="#/log" icon="scroll-text" name="Event log" isCurrent=${view === 'log'}>
        ${count > 0 && html`<span class="badge danger">${count.toLocaleString('en')}<span class="label-hidden"> rejected</span></span>`}
      </${Page}>
      <${Page} href="#/health" icon="activity" name="Health" isCurrent=${view === 'health'} />
      <${Page} href="docs" icon="book-open" name="API" isCurrent=${false} />
    </ul>
  </li>`;
}

/**
 * @param {{ href: string, icon: import('../parts/icon.js').IconName, name: string, isCurrent: boolean, children?: unknown }} props
 */
function Page({ href, icon, name, isCurrent, children }) {
  return html`<li>
    <a href=${href} aria-current=${isCurrent ? 'page' : undefined}>
      <${Icon} name=${icon} /><span class="name">${name}</span> ${children}
    </a>
  </li>`;
}

/** The address of the icon, which contains a digest. @param {Document} page */
function iconOf(page) {
  return page.querySelector('link[rel="icon"]')?.getAttribute('href');
}

/** `Portside: laptops` → `Portside` @param {string} title */
function productOf(title) {
  return title.split(':')[0];
}

/** Closes the popover, which is open on a phone only. @param {{ target: EventTarget | null, currentTarget: HTMLElement }} event */
function closeAfterLink({ target, currentTarget }) {
  if (target instanceof Element && target.closest('a') !== null && currentTarget.matches(':popover-open')) {
    currentTarget.hidePopover();
  }
}
