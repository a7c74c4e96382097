import { labelOf } from '../../contract/labels.js';
import { toText } from '../../parts/text.js';
import { html } from '../../vendor/preact.js';

/**
 * The rows as they would be stored, with what is wrong at each value.
 *
 * @param {{ fields: readonly import('../../contract/openapi.js').Field[], mapping: import('../map/column-mapping.js').Mapping,
 *   rows: readonly import('../map/prepared-rows.js').PreparedRow[] }} props
 */
export function ImportPreview({ fields, mapping, rows }) {
  const shown = fields.filter(({ name }) => mapping[name] !== undefined);
  return html`<div class="preview" role="region" aria-label="Preview" tabindex="0">
    <table class="table">
      <caption>
        The first rows as they would be stored
      </caption>
      <thead>
        <tr>
          <th scope="col">Line</th>
          ${shown.map((field) => html`<th scope="col">${labelOf(field)}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map((row) => html`<${PreviewRow} row=${row} fields=${shown} />`)}
      </tbody>
    </table>
  </div>`;
}

/** @param {{ row: import('../map/prepared-rows.js').PreparedRow, fields: readonly import('../../contract/openapi.js').Field[] }} props */
function PreviewRow({ row: { line, reason, body, complaints }, fields }) {
  // A row that cannot be read has no values.
  const isUnreadable = reason !== undefined && Object.keys(complaints).length === 0;
  return html`<tr>
    <th scope="row" class="number">${line}</th>
    ${
      isUnreadable
        ? html`<td colspan=${fields.length} class="error">${reason}</td>`
        : fields.map((field) => {
            const value = body[field.name];
            const complaint = complaints[field.name];
            return html`<td class=${complaint === undefined ? undefined : 'invalid'}>
              ${value === undefined && complaint !== undefined ? labelOf(field) : toText(value)}
              ${complaint !== undefined && html` <span class="error">${complaint}</span>`}
            </td>`;
          })
    }
  </tr>`;
}
