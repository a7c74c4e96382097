/** Point-in-time controls: a slider over the positions, a position field, and a time field. */

import { html, useState } from '../../vendor/preact.js';
import { Icon } from '../../parts/icon.js';
import { toLocalTime } from '../../parts/text.js';

/**
 * @typedef {object} TimeTravelProps
 * @property {string | undefined} asOf point in time that is shown; undefined: the current state
 * @property {number | undefined} position stream position of `asOf`
 * @property {number} last current position
 * @property {string | undefined} problem
 * @property {boolean} isLoading
 * @property {(asOf: string | undefined) => void} onTravel
 */

/** @param {TimeTravelProps} props */
export function TimeTravel({ asOf, position, last, problem, isLoading, onTravel }) {
  const isPosition = asOf !== undefined && /^\d+$/.test(asOf);
  const shown = isPosition ? Number(asOf) : asOf === undefined ? last : (position ?? last);
  const toPosition = (/** @type {{ currentTarget: HTMLInputElement }} */ { currentTarget: { value } }) =>
    onTravel(value === '' ? undefined : value);
  const toTime = (/** @type {{ currentTarget: HTMLInputElement }} */ { currentTarget: { value } }) => {
    if (value !== '') onTravel(new Date(value).toISOString());
  };
  return html`<div class="time">
    <label class="slider">
      <${Icon} name="rotate-ccw-clock" />Moment
      <input type="range" min="0" max=${last} value=${shown} onInput=${toPosition} />
    </label>
    <${PositionField} shown=${shown} last=${last} onPosition=${toPosition} />
    <label class="inline">Time <input type="datetime-local" step="1" onChange=${toTime} /></label>
    <p role="status">
      ${
        asOf !== undefined &&
        html`<span class="notice historical">
          <strong>Historical view</strong
          ><span
            >${isPosition ? `as of position ${asOf}` : `as of ${toLocalTime(asOf)}`}${
              isLoading ? ', loading …' : '. Changes are disabled.'
            }</span
          >
          ${problem !== undefined && html` <span class="error">${problem}</span>`}
          <button type="button" class="small" onClick=${() => onTravel(undefined)}>
            Return to live view
          </button>
        </span>`
      }
    </p>
  </div>`;
}

/**
 * Retains the text and its selection while the field has the focus, also when the current position changes.
 *
 * @param {{ shown: number, last: number, onPosition: (event: { currentTarget: HTMLInputElement }) => void }} props
 */
function PositionField({ shown, last, onPosition }) {
  const [typed, setTyped] = useState(/** @type {string | undefined} */ (undefined));
  const retain = (/** @type {{ currentTarget: HTMLInputElement }} */ { currentTarget: { value } }) =>
    setTyped(value);
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
