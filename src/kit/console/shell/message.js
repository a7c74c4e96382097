/** Outcome of the last write, for a while. */

import { Icon } from '../parts/icon.js';
import { html, useEffect } from '../vendor/preact.js';

const shownMs = 10_000;

/** @param {{ text: string, update: import('../store/state.js').Store['update'] }} props */
export function Message({ text, update }) {
  useEffect(() => {
    if (text === '') return undefined;
    const timer = setTimeout(() => update({ message: '' }), shownMs);
    return () => clearTimeout(timer);
  }, [text]);
  return html`<div role="status">
    ${text !== '' && html`<p class="message"><${Icon} name=${/: done \(/.test(text) ? 'circle-check' : 'info'} />${text}</p>`}
  </div>`;
}
