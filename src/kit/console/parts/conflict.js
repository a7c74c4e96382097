/** Somebody else was first: both versions side by side, and the person chooses. */

import { differenceOf } from './difference.js';
import { html } from '../vendor/preact.js';
import { toText } from './text.js';

/**
 * @typedef {object} ConflictProps
 * @property {import('./difference.js').Fields} saw what the person began with
 * @property {import('./difference.js').Fields | undefined} now what others have made of it; undefined: it is gone
 * @property {import('./difference.js').Fields} mine what the person wants
 * @property {() => void} onMine
 * @property {() => void} onTheirs
 * @property {() => void} onCancel
 */

/** @param {ConflictProps} props */
export function Conflict({ saw, now, mine, onMine, onTheirs, onCancel }) {
  if (now === undefined) {
    return html`<p class="error" role="alert">Somebody has removed it meanwhile.</p>
      <div class="buttons"><button type="button" autofocus onClick=${onCancel}>Close</button></div>`;
  }
  const changed = new Set(
    [...differenceOf(saw, now), ...differenceOf(now, { ...now, ...mine })].map(({ field }) => field),
  );
  return html`<div class="conflict">
    <p class="error" role="alert">Somebody has changed it since you opened it. Nothing was saved.</p>
    <table>
      <thead>
        <tr>
          <th scope="col">Field</th>
          <th scope="col">You saw</th>
          <th scope="col">Theirs, now</th>
          <th scope="col">Yours</th>
        </tr>
      </thead>
      <tbody>
        ${[...changed].map(
          (field) =>
            html`<tr>
              <th scope="row">${field}</th>
              <td>${toText(saw[field])}</td>
              <td>${toText(now[field])}</td>
              <td>${field in mine ? toText(mine[field]) : 'as it is'}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    <div class="buttons">
      <button type="button" onClick=${onMine}>Save mine over theirs</button>
      <button type="button" onClick=${onTheirs}>Take theirs and go on</button>
      <button type="button" class="quiet" onClick=${onCancel}>Cancel</button>
    </div>
  </div>`;
}
