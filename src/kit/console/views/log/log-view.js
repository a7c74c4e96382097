/** Event log: live events and rejected messages. */

import { toCurl, toNatsSubscription } from '../../parts/commands.js';
import { CopyButton } from '../../parts/copy-button.js';
import { Empty } from '../../parts/empty.js';
import { Icon } from '../../parts/icon.js';
import { LogLine } from './log-line.js';
import { Rejections } from './rejections.js';
import { toCount } from '../../parts/text.js';
import { html } from '../../vendor/preact.js';

/** Maximum number of events in the DOM. The filters apply to all events in memory. */
const maxVisible = 200;

/** @param {import('../../shell/app.js').ViewProps} props */
export function LogView({ state, update, contract }) {
  const { log, pausedLog, logFilter, rejections, status } = state;
  const events = (pausedLog ?? log).filter(matches(logFilter));
  const visible = events.slice(0, maxVisible);
  return html`<section class="view" aria-labelledby="title">
    <${Toolbar} state=${state} update=${update} contract=${contract} />
    <div class="log-page">
      <div>
        ${events.length === 0 && html`<${Empty} icon="scroll-text" text=${log.length === 0 ? 'No events yet.' : 'No matching events.'} />`}
        <ol class="log" style=${widthsOf(visible)}>
          ${visible.map((event) => html`<${LogLine} key=${event.position} event=${event} contract=${contract} status=${status} />`)}
        </ol>
        ${events.length > maxVisible && html`<p class="toolbar dim">${toCount(events.length - maxVisible, 'older event')} not shown.</p>`}
      </div>
      <${Rejections} rejections=${rejections} stream=${status?.stream} contract=${contract} />
    </div>
  </section>`;
}

/** Each line is a grid of its own, so that the columns are as wide as their longest content in any line. @param {import('../../store/follow.js').LiveEvent[]} events */
function widthsOf(events) {
  const longest = (/** @type {(string | number)[]} */ values) =>
    Math.max(2, ...values.map((value) => String(value).length));
  return {
    '--digits': longest(events.map(({ position }) => position)),
    '--id-length': longest(events.map(({ id }) => id)),
  };
}

/** @param {Pick<import('../../shell/app.js').ViewProps, 'state' | 'update' | 'contract'>} props */
function Toolbar({ state: { log, pausedLog, logFilter }, update, contract }) {
  const isPaused = pausedLog !== undefined;
  const newCount = isPaused
    ? log.filter(({ position }) => position > (pausedLog[0]?.position ?? 0)).length
    : 0;
  const filter = (/** @type {Partial<typeof logFilter>} */ change) =>
    update((current) => ({ logFilter: { ...current.logFilter, ...change } }));
  return html`<div class="toolbar">
    <label class="inline">
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
    <label class="inline">
      Id
      <input
        inputmode=${contract.hasTextIds ? 'text' : 'numeric'}
        value=${logFilter.id}
        onInput=${(/** @type {{ currentTarget: HTMLInputElement }} */ { currentTarget }) =>
          filter({ id: currentTarget.value.trim() })}
      />
    </label>
    <div class="end">
      <${CopyButton} label="Copy as curl" text=${toCurl(feedPath(contract.path, logFilter))} />
      <${CopyButton}
        label="Copy as nats"
        text=${toNatsSubscription(contract.name, logFilter.id || undefined)}
      />
      <button
        type="button"
        aria-pressed=${isPaused}
        onClick=${() => update({ pausedLog: isPaused ? undefined : log })}
      >
        <${Icon} name=${isPaused ? 'play' : 'pause'} />${isPaused ? `Resume (${newCount} new)` : 'Pause'}
      </button>
    </div>
  </div>`;
}

/** @param {import('../../store/state.js').LogFilter} filter */
function matches({ type, id }) {
  return (/** @type {import('../../store/follow.js').LiveEvent} */ item) =>
    (type === '' || item.event.type === type) && (id === '' || String(item.id) === id);
}

/** @param {string} path @param {import('../../store/state.js').LogFilter} filter */
function feedPath(path, { type, id }) {
  const query = new URLSearchParams({ ...(type !== '' && { type }), ...(id !== '' && { id }) }).toString();
  return `${path}/events${query === '' ? '' : `?${query}`}`;
}
