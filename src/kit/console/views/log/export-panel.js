/** Exports the messages that match the filters, from one position to another. */

import { toCount } from '../../parts/text.js';
import { html, useState } from '../../vendor/preact.js';
import { SidePanel } from './side-panel.js';

/** @param {{ state: import('../../store/state.js').State, log: import('../../store/session.js').Session['log'], onClose: () => void }} props */
export function ExportPanel({ state, log, onClose }) {
  const { first, last, address, exported } = state.eventLog;
  const [from, setFrom] = useState(String(first));
  const [to, setTo] = useState(String(last));
  const range = { from: Math.max(first, Number(from)), to: Math.min(last, Number(to)) };
  const isValid = /^\d+$/.test(from) && /^\d+$/.test(to) && range.from <= range.to;
  const isRunning = exported?.status === 'running';
  const start = (/** @type {import('../../store/log/export.js').Format} */ format) => () =>
    void log.exports.start(format, range, address.filter);
  return html`<${SidePanel} title="Export" onClose=${onClose}>
    <p class="dim">The messages of these positions that match the filters, oldest first.</p>
    <form class="range" onSubmit=${(/** @type {Event} */ event) => event.preventDefault()}>
      <${PositionField} label="From position" value=${from} onValue=${setFrom} />
      <${PositionField} label="To position" value=${to} onValue=${setTo} />
    </form>
    <p class="actions">
      <button type="button" class="primary" disabled=${!isValid || isRunning} onClick=${start('ndjson')}>
        NDJSON
      </button>
      <button type="button" disabled=${!isValid || isRunning} onClick=${start('csv')}>CSV</button>
    </p>
    ${!isValid && html`<p class="error">The positions are ${first.toLocaleString('en')} to ${last.toLocaleString('en')}.</p>`}
    ${exported !== undefined && html`<${Progress} exported=${exported} onCancel=${log.exports.cancel} />`}
  </${SidePanel}>`;
}

/** @param {{ exported: import('../../store/log/export.js').LogExport, onCancel: () => void }} props */
function Progress({ exported, onCancel }) {
  const { format, from, to, position, found, status, problem } = exported;
  const texts = { running: 'Exporting', cancelled: 'Cancelled', done: 'Exported', failed: 'Failed' };
  return html`<div class="export">
    <progress
      max=${to - from + 1}
      value=${position - from + 1}
      aria-label="Progress of the export"
    ></progress>
    <p role="status">
      ${texts[status]} ${format.toUpperCase()}: ${toCount(found, 'message')}${' '}
      <span class="dim"
        >in ${(position - from + 1).toLocaleString('en')} of ${toCount(to - from + 1, 'position')}</span
      >
    </p>
    ${problem !== undefined && html`<p class="error" role="alert">${problem}</p>`}
    ${status === 'running' && html`<button type="button" onClick=${onCancel}>Cancel export</button>`}
  </div>`;
}

/** @param {{ label: string, value: string, onValue: (value: string) => void }} props */
function PositionField({ label, value, onValue }) {
  return html`<label>
    ${label}
    <input
      inputmode="numeric"
      value=${value}
      onInput=${(/** @type {{ currentTarget: HTMLInputElement }} */ { currentTarget }) => onValue(currentTarget.value.trim())}
    />
  </label>`;
}
