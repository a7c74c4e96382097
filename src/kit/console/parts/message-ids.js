/** Who sent a message, its id and its trace. */

import { Icon } from './icon.js';
import { Trace } from './trace.js';
import { html } from '../vendor/preact.js';

/** @param {{ message: { messageId?: string, traceparent?: string, actor?: string }, traceUrl: string | null | undefined }} props */
export function MessageIds({ message: { messageId, traceparent, actor }, traceUrl }) {
  return html`
    ${actor !== undefined && html`<span><${Icon} name="user" />by <code>${actor}</code></span>`}
    ${messageId !== undefined && html`<span>message <code>${messageId}</code></span>`}
    <${Trace} traceparent=${traceparent} traceUrl=${traceUrl} />
  `;
}
