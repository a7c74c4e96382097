/** The trace that an event belongs to: a link where the service knows where traces are looked at, and its id to copy. */

import { CopyButton } from './copy-button.js';
import { html } from '../vendor/preact.js';
import { traceIdOf } from './text.js';

/**
 * @param {{ traceparent: string | undefined, traceUrl: string | null | undefined }} props the address has `{traceId}` in it
 */
export function Trace({ traceparent, traceUrl }) {
  const id = traceIdOf(traceparent);
  if (id === undefined) return null;
  const shown = html`<code>${id}</code>`;
  return html`<span>
    trace
    ${
      typeof traceUrl === 'string'
        ? html`<a href=${traceUrl.replaceAll('{traceId}', id)} target="_blank" rel="noreferrer">${shown}</a>`
        : shown
    }
    <${CopyButton} label="Copy" text=${id} />
  </span>`;
}
