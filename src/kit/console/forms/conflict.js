/** Edit conflict: displays both versions side by side and lets the user choose. */

import { labelIn } from '../contract/labels.js';
import { differenceOf } from '../parts/difference.js';
import { html } from '../vendor/preact.js';
import { toText } from '../parts/text.js';

/**
 * @typedef {object} ConflictProps
 * @property {import('../contract/contract.js').Contract} contract
 * @property {import('../parts/difference.js').Fields} original version that the user started from
 * @property {import('../parts/difference.js').Fields | undefined} current version on the server; undefined if it was removed
 * @property {import('../parts/difference.js').Fields} mine fields that the user entered
 * @property {() => void} onMine
 * @property {() => void} onTheirs
 * @property {() => void} onCancel
 */

/** @param {ConflictProps} props */
export function Conflict({ contract, original, current, mine, onMine, onTheirs, onCancel }) {
  if (current === undefined) {
    return html`<div class="form">
      <p class="error" role="alert">Someone else removed it in the meantime.</p>
      <div class="buttons"><button type="button" autofocus onClick=${onCancel}>Close</button></div>
    </div>`;
  }
  const changed = new Set(
    [...differenceOf(original, current), ...differenceOf(current, { ...current, ...mine })].map(
      ({ field }) => field,
    ),
  );
  return html`<div class="form conflict">
    <p class="error" role="alert">
      Someone else changed it after you opened it. Your changes were not saved.
    </p>
    <table>
      <thead>
        <tr>
          <th scope="col">Field</th>
          <th scope="col">Original</th>
          <th scope="col">Theirs</th>
          <th scope="col">Yours</th>
        </tr>
      </thead>
      <tbody>
        ${[...changed].map(
          (field) =>
            html`<tr>
              <th scope="row">${labelIn(contract, field)}</th>
              <td>${toText(original[field])}</td>
              <td>${toText(current[field])}</td>
              <td>${field in mine ? toText(mine[field]) : 'unchanged'}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    <div class="buttons">
      <button type="button" class="quiet" onClick=${onCancel}>Cancel</button>
      <button type="button" onClick=${onTheirs}>Edit theirs instead</button>
      <button type="button" class="primary" onClick=${onMine}>Overwrite with mine</button>
    </div>
  </div>`;
}
