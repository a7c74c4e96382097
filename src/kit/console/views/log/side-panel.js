import { Icon } from '../../parts/icon.js';
import { html } from '../../vendor/preact.js';

/** @param {{ title: string, onClose: () => void, children?: unknown }} props */
export function SidePanel({ title, onClose, children }) {
  return html`<aside
    class="side"
    aria-label=${title}
    onKeyDown=${(/** @type {KeyboardEvent} */ { key }) => key === 'Escape' && onClose()}
  >
    <header>
      <h2>${title}</h2>
      <button type="button" class="quiet square end" aria-label="Close" onClick=${onClose}>
        <${Icon} name="x" />
      </button>
    </header>
    <div class="content">${children}</div>
  </aside>`;
}
