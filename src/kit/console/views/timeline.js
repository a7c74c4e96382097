/** History of one entity, latest event first, with the changes of each event. */

import { toCurl, toNatsMessage } from '../parts/commands.js';
import { CopyButton } from '../parts/copy-button.js';
import { differenceOf } from '../parts/difference.js';
import { Differences } from '../parts/differences.js';
import { html } from '../vendor/preact.js';
import { describeEvent, toCount, toLocalTime } from '../parts/text.js';
import { categoryOf } from '../parts/event-type.js';
import { Icon } from '../parts/icon.js';
import { MessageIds } from '../parts/message-ids.js';

/** @typedef {import('../store/entity.js').OpenEntity} OpenEntity */

/**
 * @param {{ entity: OpenEntity, session: import('../store/session.js').Session,
 *   contract: import('../contract/contract.js').Contract, status: import('../store/state.js').Status | undefined }} props
 */
export function Timeline({ entity, session, contract, status }) {
  const { id, history, versions, asOf } = entity;
  const shown = history.map((entry, index) => ({ entry, previous: history[index - 1] })).toReversed();
  const unloaded = history.filter(({ position }) => !versions.has(position)).length;
  return html`<section class="card" aria-labelledby="history-title">
    <header>
      <h2 id="history-title">History: ${toCount(history.length, 'message')}</h2>
      <span class="end">
        ${
          unloaded > 0 &&
          !entity.isLoading &&
          html`<button type="button" class="quiet small" onClick=${() => session.entity.readAllVersions(id)}>
            Load the changes of ${toCount(unloaded, 'earlier event')}
          </button>`
        }
        <${CopyButton} label="Copy as curl" text=${toCurl(`${contract.path}/${id}/events`)} />
      </span>
    </header>
    <ol class="timeline">
      ${shown.map(
        ({ entry, previous }) =>
          html`<${Entry}
            key=${entry.position}
            entry=${entry}
            isShown=${asOf === String(entry.position)}
            contract=${contract}
            difference=${changesOf(versions, previous?.position, entry.position)}
            status=${status}
            onTravel=${() => session.entity.travel(id, String(entry.position))}
          />`,
      )}
    </ol>
  </section>`;
}

/**
 * @param {{ entry: import('../store/entity.js').Entry, isShown: boolean, contract: import('../contract/contract.js').Contract, status: import('../store/state.js').Status | undefined,
 *   difference: import('../parts/difference.js').Difference[] | undefined, onTravel: () => void }} props
 */
function Entry({ entry, isShown, contract, difference, status, onTravel }) {
  const { position, time, event, rejected } = entry;
  const type = event?.type ?? 'not an event';
  return html`<li
    class=${rejected === undefined ? undefined : 'rejected'}
    style=${categoryOf(contract, type)}
    aria-current=${isShown ? 'step' : undefined}
  >
    <p class="headline">
      <strong>${type}</strong> <span class="dim">${event !== undefined && describeEvent(event)}</span>
      <time datetime=${time}>${toLocalTime(time)}</time>
      <button
        type="button"
        class="small number"
        aria-label=${`Show version at position ${position}`}
        title="Show the state after this message"
        onClick=${onTravel}
      >
        <${Icon} name="rotate-ccw-clock" />${position}
      </button>
    </p>
    ${rejected !== undefined && html`<p class="error">Rejected: ${rejected}</p>`}
    ${difference !== undefined && html`<${Differences} differences=${difference} contract=${contract} />`}
    <p class="ids">
      <${MessageIds} message=${entry} traceUrl=${status?.traceUrl} />
      ${status !== undefined && html`<${CopyButton} label="Copy as nats" text=${toNatsMessage(status.stream, position)} />`}
    </p>
  </li>`;
}

/**
 * Returns the changes between two positions, or undefined while one of the versions is not loaded.
 *
 * @param {OpenEntity['versions']} versions
 * @param {number | undefined} before undefined: no earlier event
 * @param {number} after
 */
function changesOf(versions, before, after) {
  if (!versions.has(after) || (before !== undefined && !versions.has(before))) return undefined;
  return differenceOf(before === undefined ? undefined : versions.get(before), versions.get(after));
}
