/** Trace id of an event, with a copy button; a link if `TRACE_URL` is configured. */

import { CopyButton } from './copy-button.js';
import { html } from '../vendor/preact.js';
import { traceIdOf } from './text.js';

/**
 * @param {{ traceparent: string | undefined, traceUrl: string | null | undefined }} props `traceUrl` contains `{traceId}`
 */
export function Trace({ traceparent, traceUrl }) {
  const id = traceIdOf(traceparent);
  if (id === undefined) return null;
  const label = html`<code>${id}</code>`;
  return html`<span>
    trace
    ${
      typeof traceUrl === 'string'
        ? html`<a href=${traceUrl.replaceAll('{traceId}', id)} target="_blank" rel="noreferrer">${label}</a>`
        : label
    }
    <${CopyButton} label="Copy" text=${id} />
  </span>`;
}
