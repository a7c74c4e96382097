/** The fields that an event has changed, as a list. */

import { labelIn } from '../contract/labels.js';
import { toText } from './text.js';
import { html } from '../vendor/preact.js';

/** While they are not known, their place is reserved. @param {{ differences: import('./difference.js').Difference[] | undefined, contract: import('../contract/contract.js').Contract }} props */
export function Differences({ differences, contract }) {
  const change = html`<span class="dim" aria-hidden="true">→</span>`;
  return html`<ul class="difference" aria-label="Changes">
    ${differences === undefined && html`<li class="dim" title="not read">…</li>`}
    ${differences?.length === 0 && html`<li class="dim">no changes</li>`}
    ${differences?.map(
      ({ field, before, after }) =>
        html`<li>
          <span class="dim">${labelIn(contract, field)}:</span>${' '}
          ${before !== undefined && html`<del>${toText(before)}</del> ${change} `}
          <ins>${toText(after)}</ins>
        </li>`,
    )}
  </ul>`;
}
