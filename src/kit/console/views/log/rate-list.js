/** How many events of each type arrived in the last five minutes. */

import { categoryOf } from '../../parts/event-type.js';
import { html } from '../../vendor/preact.js';

const height = 18;

/**
 * @param {{ rates: import('../../store/log/rates.js').Rate[], contract: import('../../contract/contract.js').Contract,
 *   onType: (type: string) => void }} props
 */
export function Rates({ rates, contract, onType }) {
  const highest = Math.max(5, ...rates.flatMap(({ counts }) => counts));
  return html`<ul class="rates" aria-label="Rates of the last five minutes">
    ${rates.map(
      ({ type, counts, perSecond }) =>
        html`<li>
          <button
            type="button"
            class="quiet small"
            title=${`Show only ${type}`}
            style=${categoryOf(contract, type)}
            onClick=${() => onType(type)}
          >
            <span class="type">${type}</span>
            <svg viewBox=${`0 0 ${counts.length} ${height}`} preserveAspectRatio="none" aria-hidden="true">
              <path d=${toPath(counts, highest)} />
            </svg>
            <span class="number">${perSecond < 10 ? perSecond.toFixed(1) : Math.round(perSecond)}/s</span>
          </button>
        </li>`,
    )}
  </ul>`;
}

/** An area with a column for each count. @param {number[]} counts @param {number} highest */
function toPath(counts, highest) {
  const columns = counts.map((count) => `V${(height - 1) * (1 - count / highest)}h1`);
  return `M0 ${height}${columns.join('')}V${height}Z`;
}
