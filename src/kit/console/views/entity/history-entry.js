/** A message of an entity's history, with what it has changed. */

import { toNatsMessage } from '../../parts/commands.js';
import { CopyButton } from '../../parts/copy-button.js';
import { differenceOf } from '../../parts/difference.js';
import { Differences } from '../../parts/differences.js';
import { categoryOf } from '../../parts/event-type.js';
import { Icon } from '../../parts/icon.js';
import { Json } from '../../parts/json.js';
import { MessageIds } from '../../parts/message-ids.js';
import { describeEvent, toLocalTime, toTimeOfDay } from '../../parts/text.js';
import { html, useState } from '../../vendor/preact.js';

/**
 * @typedef {import('../../store/entity.js').Entry} Entry
 *
 * @param {{ entry: Entry, previous: Entry | undefined, versions: import('../../store/entity.js').OpenEntity['versions'], isShown: boolean,
 *   isLater: boolean, contract: import('../../contract/contract.js').Contract, status: import('../../store/state.js').Status | undefined,
 *   onTravel: () => void }} props
 */
export function HistoryEntry({ entry, previous, versions, isShown, isLater, contract, status, onTravel }) {
  const { position, time, event, rejected } = entry;
  const [isRaw, setRaw] = useState(false);
  const type = event?.type ?? 'not an event';
  const differences = changesOf(versions, previous?.position, position);
  return html`<li
    class=${`${rejected === undefined ? '' : 'rejected'} ${isLater ? 'later' : ''}`}
    style=${categoryOf(contract, type)}
    aria-current=${isShown ? 'step' : undefined}
  >
    <p class="headline">
      <strong>${type}</strong> <span class="dim">${event !== undefined && describeEvent(event)}</span>
      <span class="when">
        ${isLater && html`<span class="badge past">after this moment</span>`}
        <time datetime=${time} title=${toLocalTime(time)}>${toTimeOfDay(time)}</time>
        <button
          type="button"
          class="small number"
          aria-label=${`Show version at position ${position}`}
          title="Show the state after this message"
          onClick=${onTravel}
        >
          <${Icon} name="rotate-ccw-clock" />${position}
        </button>
      </span>
    </p>
    ${rejected !== undefined && html`<p class="error">Rejected: ${rejected}</p>`}
    <${Differences} differences=${differences} contract=${contract} />
    <p class="ids">
      <${MessageIds} message=${entry} traceUrl=${status?.traceUrl} />
      <button type="button" class="quiet small" aria-expanded=${isRaw} onClick=${() => setRaw(!isRaw)}>
        <${Icon} name="braces" />raw
      </button>
      ${status !== undefined && html`<${CopyButton} label="Copy as nats" text=${toNatsMessage(status.stream, position)} />`}
    </p>
    ${isRaw && html`<${Json} value=${entry} />`}
  </li>`;
}

/**
 * Returns the changes between two positions, or undefined while one of the versions is not loaded.
 *
 * @param {import('../../store/entity.js').OpenEntity['versions']} versions
 * @param {number | undefined} before undefined: no earlier event
 * @param {number} after
 */
function changesOf(versions, before, after) {
  if (!versions.has(after) || (before !== undefined && !versions.has(before))) return undefined;
  return differenceOf(before === undefined ? undefined : versions.get(before), versions.get(after));
}
