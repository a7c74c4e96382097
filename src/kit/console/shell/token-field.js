/** Input for the bearer token, if writes require one. The token is held in memory only and is lost on reload. */

import { Icon } from '../parts/icon.js';
import { html } from '../vendor/preact.js';

/** @param {{ state: import('../store/state.js').State, update: import('../store/state.js').Store['update'] }} props */
export function TokenField({ state: { contract, isUnauthorized, token }, update }) {
  if (contract?.requiresToken !== true && !isUnauthorized) return null;
  return html`<label class="token">
    <${Icon} name="key-round" />
    Bearer token for writes
    <input
      type="password"
      autocomplete="off"
      value=${token}
      aria-describedby=${isUnauthorized && token === '' ? 'token-hint' : undefined}
      onInput=${(/** @type {{ currentTarget: HTMLInputElement }} */ { currentTarget }) =>
        update({ token: currentTarget.value.trim() })}
    />
    ${isUnauthorized && token === '' && html`<span id="token-hint" class="error">Writes require a token.</span>`}
  </label>`;
}
