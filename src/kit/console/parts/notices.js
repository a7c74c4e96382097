/** What a person has to know before believing what is shown: it may be old, not whole yet, or the past. */

import { html } from '../vendor/preact.js';
import { toLocalTime } from './text.js';

/** @param {{ state: import('../store/state.js').State, session: import('../store/session.js').Session | undefined }} props */
export function Notices({ state: { replica, status, contract }, session }) {
  return html`<section aria-label="Notices" aria-live="polite">
    ${replica.kind === 'unknown' && html`<p class="notice">Asking the service …</p>`}
    ${
      replica.kind === 'gone' &&
      html`<p class="notice ill">
        <strong>This replica is gone.</strong>
        ${contract === undefined ? '' : 'What you see is what was known last. '}The page tries again by
        itself.
      </p>`
    }
    ${replica.kind === 'starting' && html`<${Starting} detail=${replica.detail} />`}
    ${
      replica.kind === 'up' &&
      status !== undefined &&
      status.brokerDownSince !== null &&
      html`<p class="notice ill">
        <strong>The broker is away</strong> since ${toLocalTime(status.brokerDownSince)}. What you see may be
        old, and nothing can be changed until it is back.
      </p>`
    }
    ${contract !== undefined && session === undefined && html`<p class="notice">Reading …</p>`}
  </section>`;
}

/** How far the catch-up is, as the service says: "reading LAPTOPS, 12 of 300 messages". @param {{ detail: string }} props */
function Starting({ detail }) {
  const [, done, total] = /(\d+) of (\d+)/.exec(detail) ?? [];
  return html`<p class="notice">
    <strong>This replica is not ready.</strong> ${detail}
    ${total !== undefined && html` <progress aria-label="Catch-up" value=${Number(done)} max=${Number(total)} />`}
  </p>`;
}
