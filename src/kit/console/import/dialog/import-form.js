/** Which column is which field, how the first rows would be stored, and the button that imports them. */

import { checkRows } from '../map/prepared-rows.js';
import { guessMapping, ignoredColumns, missingFields } from '../map/column-mapping.js';
import { EncodingChoice } from './encoding-choice.js';
import { ImportPreview } from './import-preview.js';
import { labelOf } from '../../contract/labels.js';
import { MappingFields } from './mapping-fields.js';
import { toCount } from '../../parts/text.js';
import { html, useEffect, useRef, useState } from '../../vendor/preact.js';

/**
 * @typedef {import('../map/prepared-rows.js').Check} Check
 *
 * @typedef {object} ImportFormProps
 * @property {import('../../contract/contract.js').Contract} contract
 * @property {import('./import-dialog.js').Dialog} dialog
 * @property {File} file
 * @property {import('./import-dialog.js').OpenFile} opened
 * @property {(encoding: string) => void} onEncoding
 * @property {(order: import('./import-dialog.js').Order) => void} onImport
 * @property {() => void} onCancel
 */

/** @param {ImportFormProps} props */
export function ImportForm({ contract, dialog, file, opened, onEncoding, onImport, onCancel }) {
  const { content, columns } = opened;
  const { forms } = dialog.command;
  const [alternative, setAlternative] = useState(0);
  const [chosen, setChosen] = useState(/** @type {Record<string, number>} */ ({}));
  const fields = forms[alternative]?.fields ?? [];
  const mapping = applyChoice(guessMapping(fields, columns, contract.noun), chosen, columns);
  const plan = { content, fields, mapping };
  const { check, isComplete } = useCheck(plan, JSON.stringify([alternative, mapping]));
  const missing = missingFields(fields, mapping);
  const ignored = ignoredColumns(columns, mapping);
  const valid = check.rows - check.invalid;
  const form = useRef(/** @type {HTMLFormElement | null} */ (null));
  useEffect(() => {
    // The field in which the file was chosen, and that had the focus, is gone.
    const first = form.current?.querySelector('fieldset select');
    if (first instanceof HTMLElement) first.focus();
  }, []);

  return html`<form
    class="import form"
    ref=${form}
    onSubmit=${(/** @type {Event} */ event) => {
      event.preventDefault();
      onImport({ plan, rows: check.rows });
    }}
  >
    <${EncodingChoice} file=${file} content=${content} onEncoding=${onEncoding} />
    <${MappingFields}
      names=${forms.map(({ name }) => name)}
      alternative=${alternative}
      onAlternative=${setAlternative}
      fields=${fields}
      columns=${columns}
      mapping=${mapping}
      onColumn=${(/** @type {string} */ name, /** @type {number} */ index) =>
        setChosen((before) => ({ ...before, [name]: index }))}
    />
    ${ignored.length > 0 && html`<p class="dim">Ignored columns: ${ignored.map(({ name }) => name).join(', ')}</p>`}
    ${mapping['id'] === undefined && missing.every(({ name }) => name !== 'id') && html`<${NoIds} />`}
    <${ImportPreview} fields=${fields} mapping=${mapping} rows=${check.shown} />
    <p role="status" class=${check.invalid > 0 ? 'error' : 'dim'}>
      ${isComplete ? describeCheck(check) : 'Reading the file …'}
    </p>
    ${
      missing.length > 0 &&
      html`<p class="error" role="alert">Choose a column for: ${missing.map(labelOf).join(', ')}</p>`
    }
    <div class="buttons">
      <button type="button" onClick=${onCancel}>Cancel</button>
      <button type="submit" class="primary" disabled=${!isComplete || missing.length > 0 || valid === 0}>
        Import${isComplete && missing.length === 0 && ` ${toCount(valid, 'row')}`}
      </button>
    </div>
  </form>`;
}

/** Without ids, only the service's memory of the rows prevents duplicates. */
function NoIds() {
  return html`<p class="notice warn">
    No column is the id, so every row gets a new one. The same file is not added twice while the service
    remembers its rows (at least the next 100,000 events). Later, or after a change of the file, its rows are
    added again.
  </p>`;
}

/**
 * Reads the whole file again whenever the plan changes.
 *
 * @param {import('../map/prepared-rows.js').Plan} plan @param {string} version changes with the plan, beside its content
 */
function useCheck(plan, version) {
  /** @type {{ check: Check, isComplete: boolean }} */
  const unknown = { check: { rows: 0, invalid: 0, shown: [] }, isComplete: false };
  const [result, setResult] = useState(unknown);
  useEffect(() => {
    const controller = new AbortController();
    setResult(({ check }) => ({ check, isComplete: false }));
    const show = (/** @type {Check} */ check, /** @type {boolean} */ isComplete) =>
      setResult({ check, isComplete });
    // A file that changed meanwhile is reported when it is imported.
    checkRows(plan, controller.signal, show).catch(() => setResult(unknown));
    return () => controller.abort();
  }, [plan.content, version]);
  return result;
}

/** @param {import('../map/column-mapping.js').Mapping} guess @param {Record<string, number>} chosen @param {readonly import('../read/file-rows.js').Column[]} columns */
function applyChoice(guess, chosen, columns) {
  const indexes = Object.entries(guess).map(([name, column]) => [name, columns.indexOf(column)]);
  return Object.fromEntries(
    Object.entries({ ...Object.fromEntries(indexes), ...chosen }).flatMap(([name, index]) => {
      const column = columns[index];
      return column === undefined ? [] : [[name, column]];
    }),
  );
}

/** @param {Check} check */
function describeCheck({ rows, invalid }) {
  const rest = invalid === 0 ? '' : ` ${invalid.toLocaleString('en')} of them cannot be imported.`;
  return `${toCount(rows, 'row')}.${rest}`;
}
