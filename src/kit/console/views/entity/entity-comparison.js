/** What has happened to the entity since the moment that is shown. */

import { differenceOf } from '../../parts/difference.js';
import { KindMark } from '../../parts/kind-mark.js';
import { toCount } from '../../parts/text.js';
import { html } from '../../vendor/preact.js';

/** @param {{ then: import('../../store/table.js').Entity | undefined, now: import('../../store/table.js').Entity | undefined }} props */
export function EntityComparison({ then, now }) {
  if (then === undefined && now === undefined) return null;
  return html`<span class="end" role="status">${describeChange(then, now)}</span>`;
}

/** @param {import('../../store/table.js').Entity | undefined} then @param {import('../../store/table.js').Entity | undefined} now */
function describeChange(then, now) {
  if (then === undefined) return html`<${KindMark} kind="added" text="Added since then" />`;
  if (now === undefined) return html`<${KindMark} kind="removed" text="Removed since then" />`;
  const count = differenceOf(then, now).length;
  return count === 0
    ? html`<${KindMark} kind="unchanged" text="Unchanged since then" />`
    : html`<${KindMark} kind="changed" text=${`${toCount(count, 'field')} changed since then`} />`;
}
