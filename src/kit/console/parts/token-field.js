/** The bearer token for writes, where they need one. It stays in this page's memory, and is gone with it. */

import { html } from '../vendor/preact.js';

/** @param {{ state: import('../store/state.js').State, update: import('../store/state.js').Store['update'] }} props */
export function TokenField({ state: { contract, wantsToken, token }, update }) {
  if (contract?.needsToken !== true && !wantsToken) return null;
  return html`<label class="token">
    Token for changes
    <input
      type="password"
      autocomplete="off"
      value=${token}
      aria-describedby=${wantsToken && token === '' ? 'token-hint' : undefined}
      onInput=${(/** @type {{ currentTarget: HTMLInputElement }} */ { currentTarget }) =>
        update({ token: currentTarget.value.trim() })}
    />
    ${wantsToken && token === '' && html`<span id="token-hint" class="error">Changes need a token here.</span>`}
  </label>`;
}
