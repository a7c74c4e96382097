import { toNatsMessage } from '../../parts/commands.js';
import { CopyButton } from '../../parts/copy-button.js';
import { EventType } from '../../parts/event-type.js';
import { Icon } from '../../parts/icon.js';
import { Json } from '../../parts/json.js';
import { MessageIds } from '../../parts/message-ids.js';
import { describeEvent, toLocalTime, toShortTime } from '../../parts/text.js';
import { html } from '../../vendor/preact.js';

/**
 * An event as one line, which opens to the whole event.
 *
 * @param {{ event: import('../../store/follow.js').LiveEvent, contract: import('../../contract/contract.js').Contract,
 *   status: import('../../store/state.js').Status | undefined }} props
 */
export function LogLine({ event: item, contract, status }) {
  const { position, time, id, event } = item;
  return html`<li>
    <details>
      <summary class="event">
        <${Icon} name="chevron-right" />
        <span class="position">${position}</span>
        <time datetime=${time} title=${toLocalTime(time)}>${toShortTime(time)}</time>
        <${EventType} type=${event.type} contract=${contract} />
        <span class="subject">${id}</span>
        <span class="content">${describeEvent(event)}</span>
      </summary>
      <div class="raw">
        <${Json} value=${event} />
        <p class="ids">
          <a href=${`#/entity/${id}`}>Open ${id}</a>
          <${MessageIds} message=${item} traceUrl=${status?.traceUrl} />
          ${status !== undefined && html`<${CopyButton} label="Copy as nats" text=${toNatsMessage(status.stream, position)} />`}
        </p>
      </div>
    </details>
  </li>`;
}
