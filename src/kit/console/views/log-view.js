/** Event log: live events and rejected messages. */

import { toCurl, toNatsMessage, toNatsSubscription } from '../parts/commands.js';
import { CopyButton } from '../parts/copy-button.js';
import { html } from '../vendor/preact.js';
import { Rejections } from './rejections.js';
import { describeEvent, toCount, toLocalTime } from '../parts/text.js';
import { Trace } from '../parts/trace.js';

/** Maximum number of events in the DOM. The filters apply to all events in memory. */
const maxVisible = 200;

/** @param {import('./app.js').ViewProps} props */
export function LogView({ state, update, contract }) {
  const { log, pausedLog, logFilter, rejections, status } = state;
  const events = (pausedLog ?? log).filter(matches(logFilter));
  const isPaused = pausedLog !== undefined;
  const newCount = isPaused
    ? log.filter(({ position }) => position > (pausedLog[0]?.position ?? 0)).length
    : 0;
  const filter = (/** @type {Partial<typeof logFilter>} */ change) =>
    update((current) => ({ logFilter: { ...current.logFilter, ...change } }));
  return html`<section class="view" aria-labelledby="title">
    <div class="bar">
      <h2 id="title">Event log</h2>
      <label>
        Type
        <select
          value=${logFilter.type}
          onInput=${(/** @type {{ currentTarget: HTMLSelectElement }} */ { currentTarget }) =>
            filter({ type: currentTarget.value })}
        >
          <option value="">all</option>
          ${contract.eventTypes.map((type) => html`<option value=${type}>${type}</option>`)}
        </select>
      </label>
      <label>
        Id
        <input
          inputmode=${contract.hasTextIds ? 'text' : 'numeric'}
          value=${logFilter.id}
          onInput=${(/** @type {{ currentTarget: HTMLInputElement }} */ { currentTarget }) =>
            filter({ id: currentTarget.value.trim() })}
        />
      </label>
      <button
        type="button"
        aria-pressed=${isPaused}
        onClick=${() => update({ pausedLog: isPaused ? undefined : log })}
      >
        ${isPaused ? `Resume (${newCount} new)` : 'Pause'}
      </button>
      <${CopyButton} label="Copy as curl" text=${toCurl(feedPath(contract.path, logFilter))} />
      <${CopyButton}
        label="Copy as nats"
        text=${toNatsSubscription(contract.name, logFilter.id || undefined)}
      />
    </div>
    ${events.length === 0 && html`<p class="empty">${log.length === 0 ? 'No events yet.' : 'No matching events.'}</p>`}
    <ol class="log">
      ${events
        .slice(0, maxVisible)
        .map((event) => html`<${LogLine} key=${event.position} event=${event} status=${status} />`)}
    </ol>
    ${events.length > maxVisible && html`<p>${toCount(events.length - maxVisible, 'older event')} not shown.</p>`}
    <${Rejections} rejections=${rejections} stream=${status?.stream} contract=${contract} />
  </section>`;
}

/** @param {{ event: import('../store/follow.js').LiveEvent, status: import('../store/state.js').Status | undefined }} props */
function LogLine({ event: { position, time, id, messageId, traceparent, actor, event }, status }) {
  return html`<li>
    <details>
      <summary>
        <span class="position">${position}</span> <strong>${event.type}</strong> ${id}
        <span class="quiet"> ${describeEvent(event)} · ${toLocalTime(time)}</span>
      </summary>
      <pre>${JSON.stringify(event, undefined, 2)}</pre>
      <p class="ids">
        <a href=${`#/entity/${id}`}>Open ${id}</a>
        ${actor !== undefined && html`<span>by <code>${actor}</code></span>`}
        ${messageId !== undefined && html`<span>message <code>${messageId}</code></span>`}
        <${Trace} traceparent=${traceparent} traceUrl=${status?.traceUrl} />
        ${status !== undefined && html`<${CopyButton} label="Copy as nats" text=${toNatsMessage(status.stream, position)} />`}
      </p>
    </details>
  </li>`;
}

/** @param {import('../store/state.js').LogFilter} filter */
function matches({ type, id }) {
  return (/** @type {import('../store/follow.js').LiveEvent} */ item) =>
    (type === '' || item.event.type === type) && (id === '' || String(item.id) === id);
}

/** @param {string} path @param {import('../store/state.js').LogFilter} filter */
function feedPath(path, { type, id }) {
  const query = new URLSearchParams({ ...(type !== '' && { type }), ...(id !== '' && { id }) }).toString();
  return `${path}/events${query === '' ? '' : `?${query}`}`;
}
