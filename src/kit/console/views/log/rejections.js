/** Rejected messages: stored in the stream, but not applied by the fold. */

import { toCurl, toNatsMessage } from '../../parts/commands.js';
import { CopyButton } from '../../parts/copy-button.js';
import { Empty } from '../../parts/empty.js';
import { toCount, toLocalTime, toShortTime } from '../../parts/text.js';
import { html } from '../../vendor/preact.js';

/**
 * @param {{ rejections: import('../../store/state.js').Rejected[], stream: string | undefined,
 *   contract: import('../../contract/contract.js').Contract }} props
 */
export function Rejections({ rejections, stream, contract }) {
  return html`<section class="rejections" aria-labelledby="rejections-title">
    <header>
      <h2 id="rejections-title">${toCount(rejections.length, 'rejected message')}</h2>
      <${CopyButton} label="Copy as curl" text=${toCurl(`${contract.path}/rejections`)} />
    </header>
    ${rejections.length === 0 && html`<${Empty} icon="circle-check" text="No messages have been rejected." />`}
    <ol class="log">
      ${rejections.map(
        ({ position, time, subject, reason }) =>
          html`<li key=${position} class="rejected">
            <span class="error">${reason}</span>
            <time class="dim" datetime=${time} title=${toLocalTime(time)}>${toShortTime(time)}</time>
            <span><span class="position">${position}</span> <code>${subject}</code></span>
            ${stream !== undefined && html`<${CopyButton} label="Copy as nats" text=${toNatsMessage(stream, position)} />`}
          </li>`,
      )}
    </ol>
  </section>`;
}
