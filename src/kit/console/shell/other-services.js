/** The services in the side bar. */

import { consoleUrlOf, healthOf } from '../store/services.js';
import { Icon } from '../parts/icon.js';
import { toCount } from '../parts/text.js';
import { html } from '../vendor/preact.js';

/** @typedef {import('../store/state.js').State} State */

const states = {
  ok: 'healthy',
  warn: 'catching up or being updated',
  danger: 'no replica replies, or states differ',
};

/** The service whose pages are listed below it. @param {{ state: State, name: string }} props */
export function ServiceName({ state: { system }, name }) {
  const service = system.services.find((each) => each.name === name);
  return html`<span class="service">
    ${
      service === undefined
        ? html`<span class="dot unknown"></span>`
        : html`<${Dot} service=${service} system=${system} />`
    }
    <span class="name">${name}</span>
  </span>`;
}

/** Links to the same page of the other services. @param {{ state: State, own: string }} props */
export function OtherServices({ state: { system, route }, own }) {
  const { services } = system;
  const page = route.view === 'log' || route.view === 'health' ? route.view : '';
  return services
    .filter(({ name }) => name !== own)
    .map((service) => {
      const url = consoleUrlOf(service, services, own);
      const content = html`<${Dot} service=${service} system=${system} /><span class="name"
          >${service.name}</span
        >`;
      return html`<li key=${service.name}>
        ${
          url === undefined
            ? html`<span class="service" title="The address of its console is not known: set PUBLIC_URL"
                >${content}</span
              >`
            : html`<a href=${`${url}#/${page}`}>${content} <${Icon} name="chevron-right" class="dim" /></a>`
        }
      </li>`;
    });
}

/** @param {{ service: import('../store/services.js').RunningService, system: import('../store/services.js').System }} props */
function Dot({ service, system: { comparisons, problem } }) {
  const health = problem === undefined ? healthOf(service, comparisons[service.name]) : 'unknown';
  const text = health === 'unknown' ? 'state unknown' : states[health];
  const title = `${toCount(service.replicas.length, 'replica')}, ${text}`;
  return html`<span class=${`dot ${health}`} title=${title}></span
    ><span class="label-hidden">${text}: </span>`;
}
