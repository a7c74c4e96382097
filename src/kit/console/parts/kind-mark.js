/** What has happened to something since a moment: an icon and a word. */

import { capitalize } from './text.js';
import { Icon } from './icon.js';
import { html } from '../vendor/preact.js';

/** @typedef {import('../store/table-comparison.js').Kind} Kind */

export const kinds = /** @type {const} */ (['added', 'changed', 'removed', 'unchanged']);

const icons = /** @type {const} */ ({
  added: 'plus',
  changed: 'equal-not',
  removed: 'minus',
  unchanged: 'equal',
});

/** @param {{ kind: Kind, text?: string }} props */
export function KindMark({ kind, text = capitalize(kind) }) {
  return html`<span class=${`kind ${kind}`}><${Icon} name=${icons[kind]} />${text}</span>`;
}
