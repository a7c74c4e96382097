/** Warnings about the displayed data: it may be stale or incomplete. */

import { html } from '../vendor/preact.js';
import { Icon } from '../parts/icon.js';
import { toLocalTime } from '../parts/text.js';

/** @param {{ state: import('../store/state.js').State }} props */
export function Notices({ state: { replica, rateLimitMs, status, contract } }) {
  return html`<section aria-label="Notices" aria-live="polite">
    ${
      replica.kind === 'unreachable' &&
      html`<${Notice} kind="danger" icon="unplug"
        ><strong>This replica is unreachable.</strong>${' '}
        ${contract === undefined ? '' : 'The last known data is shown. '}Retrying automatically.
      </${Notice}>`
    }
    ${
      replica.kind === 'failing' &&
      html`<${Notice} kind="danger" icon="circle-alert"
        ><strong>Requests to this replica fail.</strong> ${replica.detail} Retrying automatically.
      </${Notice}>`
    }
    ${
      rateLimitMs !== undefined &&
      html`<${Notice} kind="warn" icon="triangle-alert"
        ><strong>The request rate limit is exceeded.</strong> The data may be stale. Retrying after
        ${' '}${Math.ceil(rateLimitMs / 1000)} s.
      </${Notice}>`
    }
    ${replica.kind === 'starting' && html`<${Starting} detail=${replica.detail} />`}
    ${
      replica.kind === 'up' &&
      status !== undefined &&
      status.brokerDownSince !== null &&
      html`<${Notice} kind="danger" icon="unplug"
        ><strong>The broker has been unreachable</strong> since ${toLocalTime(status.brokerDownSince)}. The
        data may be stale, and changes are not possible until the broker is reachable again.
      </${Notice}>`
    }
  </section>`;
}

/** Startup progress, parsed from the service's message ("12 of 300"). @param {{ detail: string }} props */
function Starting({ detail }) {
  const [, done, total] = /(\d+) of (\d+)/.exec(detail) ?? [];
  return html`<${Notice} kind="warn" icon="loader-circle"
    ><strong>This replica is not ready.</strong> ${detail}
    ${total !== undefined && html` <progress aria-label="Catch-up" value=${Number(done)} max=${Number(total)} />`}
  </${Notice}>`;
}

/** @param {{ kind: 'danger' | 'warn', icon: import('../parts/icon.js').IconName, children?: unknown }} props */
function Notice({ kind, icon, children }) {
  return html`<p class=${`notice ${kind}`}>
    <${Icon} name=${icon} class=${icon === 'loader-circle' ? 'spin' : ''} /><span>${children}</span>
  </p>`;
}
