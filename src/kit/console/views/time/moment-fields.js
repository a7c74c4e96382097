/** Fields for a position and a time. */

import { html, useState } from '../../vendor/preact.js';
import { isPosition } from './place.js';

/** @typedef {{ currentTarget: HTMLInputElement }} InputEvent */

/**
 * @param {{ shown: import('./time-bar.js').Shown, place: import('./place.js').Place, last: number,
 *   onTravel: (asOf: string | undefined) => void }} props
 */
export function MomentFields({ shown: { asOf }, place, last, onTravel }) {
  const toPosition = (/** @type {InputEvent} */ { currentTarget: { value } }) =>
    onTravel(value === '' ? undefined : value);
  const toTime = (/** @type {InputEvent} */ { currentTarget: { value } }) => {
    if (value !== '') onTravel(new Date(value).toISOString());
  };
  return html`<span class="end">
    <${PositionField} shown=${place.position} last=${last} onPosition=${toPosition} />
    <label class="inline">
      Time
      <input
        type="datetime-local"
        class=${asOf === undefined || isPosition(asOf) ? 'unset' : ''}
        step="1"
        value=${asOf === undefined || isPosition(asOf) ? '' : toField(asOf)}
        onChange=${toTime}
      />
    </label>
  </span>`;
}

/**
 * Retains the text and its selection while the field has the focus, also when the current position changes.
 *
 * @param {{ shown: number, last: number, onPosition: (event: InputEvent) => void }} props
 */
function PositionField({ shown, last, onPosition }) {
  const [typed, setTyped] = useState(/** @type {string | undefined} */ (undefined));
  const retain = (/** @type {InputEvent} */ { currentTarget: { value } }) => setTyped(value);
  return html`<label class="inline">
    Position
    <input
      type="number"
      min="0"
      max=${last}
      value=${typed ?? shown}
      onFocus=${retain}
      onInput=${retain}
      onChange=${onPosition}
      onBlur=${() => setTyped(undefined)}
    />
  </label>`;
}

/** The local time, to the second. @param {string} time RFC 3339 */
function toField(time) {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return '';
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}
