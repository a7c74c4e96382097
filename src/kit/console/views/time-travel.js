/** Goes to another moment: by a slider over the positions, by a position, or by a time. */

import { html, useState } from '../vendor/preact.js';
import { toLocalTime } from '../parts/text.js';

/**
 * @typedef {object} TimeTravelProps
 * @property {string | undefined} asOf the moment that is shown; undefined: the present
 * @property {number | undefined} position where that is in the stream
 * @property {number} last the present position
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
      Moment
      <input type="range" min="0" max=${last} value=${shown} onInput=${toPosition} />
    </label>
    <${PositionField} shown=${shown} last=${last} onPosition=${toPosition} />
    <label>Time <input type="datetime-local" step="1" onChange=${toTime} /></label>
    <p role="status">
      ${
        asOf !== undefined &&
        html`<span class="notice past">
          <strong>The past</strong>
          ${isPosition ? `as of position ${asOf}` : `as of ${toLocalTime(asOf)}`}${
            isLoading ? ', reading …' : '. Nothing can be changed here.'
          }
          ${problem !== undefined && html` <span class="error">${problem}</span>`}
          <button type="button" onClick=${() => onTravel(undefined)}>Back to now</button>
        </span>`
      }
    </p>
  </div>`;
}

/**
 * What is being typed stays there, however often the page is drawn meanwhile.
 *
 * @param {{ shown: number, last: number, onPosition: (event: { currentTarget: HTMLInputElement }) => void }} props
 */
function PositionField({ shown, last, onPosition }) {
  const [typed, setTyped] = useState(/** @type {string | undefined} */ (undefined));
  return html`<label>
    Position
    <input
      type="number"
      min="0"
      max=${last}
      value=${typed ?? shown}
      onInput=${(/** @type {{ currentTarget: HTMLInputElement }} */ { currentTarget }) => setTyped(currentTarget.value)}
      onChange=${onPosition}
      onBlur=${() => setTyped(undefined)}
    />
  </label>`;
}
