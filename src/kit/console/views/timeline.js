/** History of one entity, latest event first, with the changes of each event. */

import { labelIn } from '../contract/labels.js';
import { toCurl, toNatsMessage } from '../parts/commands.js';
import { CopyButton } from '../parts/copy-button.js';
import { differenceOf } from '../parts/difference.js';
import { html } from '../vendor/preact.js';
import { describeEvent, toCount, toLocalTime, toText } from '../parts/text.js';
import { Trace } from '../parts/trace.js';

/** @typedef {import('../store/entity.js').OpenEntity} OpenEntity */

/**
 * @param {{ entity: OpenEntity, session: import('../store/session.js').Session,
 *   contract: import('../contract/contract.js').Contract, status: import('../store/state.js').Status | undefined }} props
 */
export function Timeline({ entity, session, contract, status }) {
  const { id, history, versions, asOf } = entity;
  const shown = history.map((entry, index) => ({ entry, previous: history[index - 1] })).toReversed();
  const unloaded = history.filter(({ position }) => !versions.has(position)).length;
  return html`<section aria-labelledby="history-title">
    <div class="bar">
      <h3 id="history-title">History: ${toCount(history.length, 'message')}</h3>
      <${CopyButton} label="Copy as curl" text=${toCurl(`${contract.path}/${id}/events`)} />
      ${
        unloaded > 0 &&
        !entity.isLoading &&
        html`<button type="button" class="quiet" onClick=${() => session.entity.readAllVersions(id)}>
          Load the changes of ${toCount(unloaded, 'earlier event')}
        </button>`
      }
    </div>
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
  const { position, time, messageId, traceparent, actor, event, rejected } = entry;
  return html`<li
    class=${rejected === undefined ? undefined : 'rejected'}
    aria-current=${isShown ? 'step' : undefined}
  >
    <p>
      <button
        type="button"
        class="quiet"
        aria-label=${`Show version at position ${position}`}
        onClick=${onTravel}
      >
        ${position}
      </button>
      <strong>${event?.type ?? 'not an event'}</strong> ${event !== undefined && describeEvent(event)}
      <time datetime=${time}>${toLocalTime(time)}</time>
    </p>
    ${rejected !== undefined && html`<p class="error">Rejected: ${rejected}</p>`}
    ${
      difference !== undefined &&
      html`<ul class="difference" aria-label="Changes">
        ${difference.length === 0 && html`<li>no changes</li>`}
        ${difference.map(
          ({ field, before, after }) =>
            html`<li>
              ${labelIn(contract, field)}: <del>${toText(before)}</del> <span aria-hidden="true">→</span>
              <ins>${toText(after)}</ins>
            </li>`,
        )}
      </ul>`
    }
    <p class="ids">
      ${actor !== undefined && html`<span>by <code>${actor}</code></span>`}
      ${messageId !== undefined && html`<span>message <code>${messageId}</code></span>`}
      <${Trace} traceparent=${traceparent} traceUrl=${status?.traceUrl} />
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
