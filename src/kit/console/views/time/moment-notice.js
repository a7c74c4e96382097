/** Says that the past is shown, and which. */

import { CopyButton } from '../../parts/copy-button.js';
import { Icon } from '../../parts/icon.js';
import { addressOf } from '../../store/address.js';
import { html } from '../../vendor/preact.js';
import { describeMoment } from './place.js';

/**
 * @param {{ shown: import('./time-bar.js').Shown, place: import('./place.js').Place, route: import('../../store/state.js').Route,
 *   onCompare: (isCompared: boolean) => void, onTravel: (asOf: string | undefined) => void }} props
 */
export function MomentNotice({ shown, place, route, onCompare, onTravel }) {
  const { asOf, isLoading, problem } = shown;
  const { isCompared = false } = route;
  return html`<p role="status">
    ${
      asOf !== undefined &&
      html`<span class="notice historical">
        <span>
          <strong>Historical view</strong> ${' '}as of
          ${' '}${describeMoment(shown, place)}${isLoading ? '' : '. Changes are disabled.'}${isLoading && problem === undefined && html`<span class="delayed">, loading …</span>`}
        </span>
        ${problem !== undefined && html`<span class="error">${problem}</span>`}
        <span class="end">
          <button
            type="button"
            class="small"
            aria-pressed=${isCompared}
            onClick=${() => onCompare(!isCompared)}
          >
            <${Icon} name="git-compare" />Compare with now
          </button>
          <button type="button" class="small" onClick=${() => onTravel(undefined)}>
            Return to live view
          </button>
          <${CopyButton} label="Copy link" text=${new URL(addressOf(route), location.href).href} />
        </span>
      </span>`
    }
  </p>`;
}
