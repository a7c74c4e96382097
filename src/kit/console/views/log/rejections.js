/** Rejected messages: stored in the stream, but not applied by the fold. */

import { toCurl } from '../../parts/commands.js';
import { CopyButton } from '../../parts/copy-button.js';
import { Empty } from '../../parts/empty.js';
import { toLocalTime, toShortTime } from '../../parts/text.js';
import { html } from '../../vendor/preact.js';
import { SidePanel } from './side-panel.js';

/**
 * @param {{ rejections: import('../../store/state.js').Rejected[], contract: import('../../contract/contract.js').Contract,
 *   onOpen: (position: number) => void, onClose: () => void }} props
 */
export function Rejections({ rejections, contract, onOpen, onClose }) {
  return html`<${SidePanel} title="Rejected messages" onClose=${onClose}>
    ${rejections.length === 0 && html`<${Empty} icon="circle-check" text="No messages have been rejected." />`}
    <ol class="rejections">
      ${rejections.map(
        ({ position, time, subject, reason }) =>
          html`<li key=${position}>
            <button type="button" class="quiet" onClick=${() => onOpen(position)}>
              <span class="error">${reason}</span>
              <time class="dim" datetime=${time} title=${toLocalTime(time)}>${toShortTime(time)}</time>
              <span class="dim"><span class="position">${position}</span> <code>${subject}</code></span>
            </button>
          </li>`,
      )}
    </ol>
    <p class="copies"><${CopyButton} label="Copy as curl" text=${toCurl(`${contract.path}/rejections`)} /></p>
  </${SidePanel}>`;
}
