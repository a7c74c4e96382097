import { Icon } from '../parts/icon.js';
import { html } from '../vendor/preact.js';

/** Shown until the first page can be rendered. If the service does not respond, a notice is shown instead. @param {{ replica: import('../store/state.js').Replica }} props */
export function Loading({ replica: { kind } }) {
  if (kind !== 'unknown' && kind !== 'up') return null;
  return html`<p class="loading" role="status">
    <${Icon} name="loader-circle" class="spin" />
    ${kind === 'up' ? 'Loading …' : 'Connecting to the service …'}
  </p>`;
}
