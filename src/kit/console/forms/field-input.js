/** Inputs for values of a schema. */

import { kindOf } from '../contract/field-kind.js';
import { labelOf } from '../contract/labels.js';
import { html } from '../vendor/preact.js';

/**
 * @param {{ field: import('../contract/contract.js').Field, value: string | boolean | undefined, isFirst: boolean, error: string | undefined,
 *   onValue: (value: string | boolean) => void }} props
 */
export function FieldInput({ field, value, isFirst, error, onValue }) {
  const { name, schema, required } = field;
  const id = `field-${name}`;
  const common = {
    id,
    name,
    autofocus: isFirst,
    'aria-required': required,
    'aria-invalid': error !== undefined,
    'aria-describedby': `${id}-hint${error === undefined ? '' : ` ${id}-error`}`,
  };
  return html`<div class="field">
    <label for=${id}>${labelOf(field)}${!required && html`<span class="dim"> (optional)</span>`}</label>
    <${Control} common=${common} schema=${schema} value=${value} onValue=${onValue} />
    <small id=${`${id}-hint`}>${schema.description}</small>
    ${error !== undefined && html`<span class="error" id=${`${id}-error`}>${error}</span>`}
  </div>`;
}

/** The input for a value of a schema. @param {{ common: object, schema: import('../contract/contract.js').Schema, value: string | boolean | undefined, onValue: (value: string | boolean) => void }} props */
export function Control({ common, schema, value, onValue }) {
  const onInput = (/** @type {{ currentTarget: HTMLInputElement }} */ { currentTarget }) =>
    onValue(currentTarget.value);
  switch (kindOf(schema)) {
    case 'choice':
      return html`<select ...${common} value=${value} onInput=${onInput}>
        <option value=""></option>
        ${schema.enum?.map((choice) => html`<option value=${String(choice)}>${String(choice)}</option>`)}
      </select>`;
    case 'boolean':
      return html`<input
        ...${common}
        type="checkbox"
        checked=${value === true}
        onInput=${(/** @type {{ currentTarget: HTMLInputElement }} */ { currentTarget }) => onValue(currentTarget.checked)}
      />`;
    case 'number':
      return html`<input ...${common} inputmode="decimal" value=${value} onInput=${onInput} />`;
    case 'json':
      return html`<textarea ...${common} value=${value} onInput=${onInput}></textarea>`;
    case 'text':
      return html`<input ...${common} value=${value} onInput=${onInput} />`;
  }
}
