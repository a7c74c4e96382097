/** Rejected messages: stored in the stream, but not applied by the fold. */

import { toCurl, toNatsMessage } from '../parts/commands.js';
import { CopyButton } from '../parts/copy-button.js';
import { html } from '../vendor/preact.js';
import { toCount, toLocalTime } from '../parts/text.js';

/**
 * @param {{ rejections: import('../store/state.js').Rejected[], stream: string | undefined,
 *   contract: import('../contract/contract.js').Contract }} props
 */
export function Rejections({ rejections, stream, contract }) {
  return html`<section aria-labelledby="rejections-title">
    <div class="bar">
      <h3 id="rejections-title">${toCount(rejections.length, 'rejected message')}</h3>
      <${CopyButton} label="Copy as curl" text=${toCurl(`${contract.path}/rejections`)} />
    </div>
    ${rejections.length === 0 && html`<p class="empty">No messages have been rejected.</p>`}
    <ol class="log">
      ${rejections.map(
        ({ position, time, subject, reason }) =>
          html`<li key=${position} class="rejected">
            <span class="position">${position}</span> <code>${subject}</code>
            <span class="error">${reason}</span>
            <span class="quiet"> ${toLocalTime(time)}</span>
            ${stream !== undefined && html`<${CopyButton} label="Copy as nats" text=${toNatsMessage(stream, position)} />`}
          </li>`,
      )}
    </ol>
  </section>`;
}
