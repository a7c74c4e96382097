/** How many rows were added, changed and removed since the moment that is shown, and which of them are listed. */

import { kinds, KindMark } from '../../parts/kind-mark.js';
import { html } from '../../vendor/preact.js';

/** @typedef {import('../../store/table-comparison.js').Kind} Kind */

/** Rows that are listed at first. @type {ReadonlySet<Kind>} */
export const differentKinds = new Set(/** @type {const} */ (['added', 'changed', 'removed']));

/**
 * @param {{ counts: Record<Kind, number> | undefined, listed: ReadonlySet<Kind>, onList: (listed: ReadonlySet<Kind>) => void }} props
 */
export function ComparisonBar({ counts, listed, onList }) {
  const toggle = (/** @type {Kind} */ kind) => {
    const others = new Set(listed);
    if (!others.delete(kind)) others.add(kind);
    onList(others);
  };
  return html`<div class="comparison" role="group" aria-label="Changes since then">
    <span class="dim">Since then</span>
    ${kinds.map(
      (kind) =>
        html`<button
          type="button"
          class="small"
          aria-pressed=${listed.has(kind)}
          onClick=${() => toggle(kind)}
        >
          <${KindMark} kind=${kind} text=${`${counts?.[kind].toLocaleString('en') ?? '…'} ${kind}`} />
        </button>`,
    )}
  </div>`;
}
