/** What is shown instead of content that does not exist. */

import { Icon } from './icon.js';
import { html } from '../vendor/preact.js';

/** @param {{ icon?: import('./icon.js').IconName, text: string, children?: unknown }} props */
export function Empty({ icon = 'inbox', text, children }) {
  return html`<div class="empty">
    <${Icon} name=${icon} />
    <p><strong>${text}</strong></p>
    ${children}
  </div>`;
}
