/** Field for a position or a time to go to. */

import { Icon } from '../../parts/icon.js';
import { toPlace } from '../../store/log/place.js';
import { html, useState } from '../../vendor/preact.js';

/** @param {{ onGo: (at: string) => void }} props */
export function GoTo({ onGo }) {
  const [isInvalid, setInvalid] = useState(false);
  const submit = (/** @type {SubmitEvent & { currentTarget: HTMLFormElement }} */ event) => {
    event.preventDefault();
    const place = new FormData(event.currentTarget).get('place');
    const at = typeof place === 'string' ? toPlace(place) : undefined;
    setInvalid(at === undefined);
    if (at !== undefined) onGo(at);
  };
  return html`<form class="go-to" onSubmit=${submit}>
    <label class="inline">
      Go to
      <input
        name="place"
        required
        placeholder="position or time"
        aria-invalid=${isInvalid}
        title="1200, or 2026-01-31 12:00:05, or 12:00 today"
        onInput=${() => setInvalid(false)}
      />
    </label>
    <button type="submit" class="square" aria-label="Go"><${Icon} name="arrow-right" /></button>
    ${isInvalid && html`<p class="error" role="alert">Not a position or a time: 1200, or 2026-01-31 12:00.</p>`}
  </form>`;
}
