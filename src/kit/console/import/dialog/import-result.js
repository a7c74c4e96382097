import { formatRejectedHeader, formatRejectedRow, rejectedExtension } from '../send/rejected-text.js';
import { Icon } from '../../parts/icon.js';
import { toCount } from '../../parts/text.js';
import { html } from '../../vendor/preact.js';

/** Number of rejected rows that are listed; the file has all of them. */
const maxListed = 100;

/**
 * @param {{ progress: import('../send/run-import.js').Progress, rows: number, file: File,
 *   contract: import('../../contract/contract.js').Contract, onAnother: () => void, onClose: () => void }} props
 */
export function ImportResult({ progress, rows, file, contract, onAnother, onClose }) {
  const { added, alreadyThere, unknown, rejected, stopped } = progress;
  const rest = rows - added - alreadyThere - rejected.length - unknown;
  return html`
    <p class="error" role="alert">${stopped !== undefined && `The import stopped. ${stopped}`}</p>
    <div role="status">
      <ul class="import-result">
        <li><${Icon} name="circle-check" />${toCount(added, contract.noun, contract.plural)} added</li>
        <li><${Icon} name="check" />${alreadyThere.toLocaleString('en')} already there</li>
        <li><${Icon} name="circle-alert" />${rejected.length.toLocaleString('en')} rejected</li>
        ${unknown > 0 && html`<li><${Icon} name="info" />${toCount(unknown, 'row')} sent, with an unknown outcome</li>`}
        ${rest > 0 && html`<li><${Icon} name="info" />${toCount(rest, 'row')} not sent</li>`}
      </ul>
      ${unknown + rest > 0 && html`<p class="dim">To import the other rows, import the file again.</p>`}
    </div>
    ${rejected.length > 0 && html`<${Rejected} rejected=${rejected} />`}
    <div class="buttons">
      ${
        rejected.length > 0 &&
        html`<button type="button" class="copy" onClick=${() => download(file, rejected)}>
          <${Icon} name="download" />Download rejected rows
        </button>`
      }
      <button type="button" onClick=${onAnother}>Import another file</button>
      <button type="button" class="primary" onClick=${onClose}>Close</button>
    </div>
  `;
}

/** @param {{ rejected: readonly import('../send/run-import.js').RejectedRow[] }} props */
function Rejected({ rejected }) {
  return html`<div class="preview" role="region" aria-label="Rejected rows" tabindex="0">
    <table class="table">
      <thead>
        <tr>
          <th scope="col">Line</th>
          <th scope="col">Reason</th>
        </tr>
      </thead>
      <tbody>
        ${rejected.slice(0, maxListed).map(
          ({ line, reason }) =>
            html`<tr>
              <th scope="row" class="number">${line}</th>
              <td>${reason}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    ${rejected.length > maxListed && html`<p class="dim">The first ${maxListed} are listed. The download has all of them.</p>`}
  </div>`;
}

/** Saves the rows that have an original, ready to be corrected and imported. @param {File} file @param {readonly import('../send/run-import.js').RejectedRow[]} rejected */
function download(file, rejected) {
  const [first] = rejected.flatMap(({ original }) => (original === undefined ? [] : [original]));
  if (first === undefined) return;
  const rows = rejected.flatMap(({ original, line, reason }) =>
    original === undefined ? [] : [formatRejectedRow(original, line, reason)],
  );
  const url = URL.createObjectURL(new Blob([formatRejectedHeader(first), ...rows], { type: 'text/plain' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `${file.name}.${rejectedExtension(first)}`;
  link.click();
  // The browser reads it after the click.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
