/** A field that has changed: what it was, and what it is. */

import { toText } from './text.js';
import { html } from '../vendor/preact.js';

/** @param {{ difference: import('./difference.js').Difference }} props */
export function ChangedValue({ difference: { before, after } }) {
  return html`<span class="difference"
    ><del>${toText(before)}</del>${' '}<span class="dim" aria-hidden="true">→</span>${' '}<ins
      >${toText(after)}</ins
    ></span
  >`;
}
