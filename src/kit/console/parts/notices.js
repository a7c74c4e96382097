/** Warnings about the displayed data: it may be stale or incomplete. */

import { html } from '../vendor/preact.js';
import { toLocalTime } from './text.js';

/** @param {{ state: import('../store/state.js').State, session: import('../store/session.js').Session | undefined }} props */
export function Notices({ state: { replica, rateLimitMs, status, contract }, session }) {
  return html`<section aria-label="Notices" aria-live="polite">
    ${replica.kind === 'unknown' && html`<p class="notice">Connecting to the service …</p>`}
    ${
      replica.kind === 'unreachable' &&
      html`<p class="notice danger">
        <strong>This replica is unreachable.</strong>
        ${contract === undefined ? '' : 'The last known data is shown. '}Retrying automatically.
      </p>`
    }
    ${
      replica.kind === 'failing' &&
      html`<p class="notice danger">
        <strong>Requests to this replica fail.</strong> ${replica.detail} Retrying automatically.
      </p>`
    }
    ${
      rateLimitMs !== undefined &&
      html`<p class="notice">
        <strong>The request rate limit is exceeded.</strong> The data may be stale. Retrying after
        ${' '}${Math.ceil(rateLimitMs / 1000)} s.
      </p>`
    }
    ${replica.kind === 'starting' && html`<${Starting} detail=${replica.detail} />`}
    ${
      replica.kind === 'up' &&
      status !== undefined &&
      status.brokerDownSince !== null &&
      html`<p class="notice danger">
        <strong>The broker has been unreachable</strong> since ${toLocalTime(status.brokerDownSince)}. The
        data may be stale, and changes are not possible until the broker is reachable again.
      </p>`
    }
    ${contract !== undefined && session === undefined && html`<p class="notice">Loading …</p>`}
  </section>`;
}

/** Startup progress, parsed from the service's message ("12 of 300"). @param {{ detail: string }} props */
function Starting({ detail }) {
  const [, done, total] = /(\d+) of (\d+)/.exec(detail) ?? [];
  return html`<p class="notice">
    <strong>This replica is not ready.</strong> ${detail}
    ${total !== undefined && html` <progress aria-label="Catch-up" value=${Number(done)} max=${Number(total)} />`}
  </p>`;
}
