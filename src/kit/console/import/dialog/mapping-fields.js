import { labelOf } from '../../contract/labels.js';
import { mappedFields } from '../map/column-mapping.js';
import { html } from '../../vendor/preact.js';

/**
 * @typedef {object} MappingFieldsProps
 * @property {readonly string[]} names of the alternatives of the body
 * @property {number} alternative
 * @property {(index: number) => void} onAlternative
 * @property {readonly import('../../contract/openapi.js').Field[]} fields
 * @property {readonly import('../read/file-rows.js').Column[]} columns
 * @property {import('../map/column-mapping.js').Mapping} mapping
 * @property {(name: string, index: number) => void} onColumn called with -1 for no column
 */

/** @param {MappingFieldsProps} props */
export function MappingFields({ names, alternative, onAlternative, fields, columns, mapping, onColumn }) {
  return html`<fieldset class="mapping">
    <legend>Columns of the file</legend>
    ${
      names.length > 1 &&
      html`<${Choice}
        id="alternative"
        label="Alternative"
        value=${alternative}
        options=${names}
        onChoice=${onAlternative}
      />`
    }
    ${mappedFields(fields).map((field) => {
      const column = mapping[field.name];
      return html`<${Choice}
        key=${field.name}
        id=${`column-${field.name}`}
        label=${html`${labelOf(field)}${!field.required && html`<span class="dim"> (optional)</span>`}`}
        value=${column === undefined ? -1 : columns.indexOf(column)}
        none="none"
        options=${columns.map(({ name }) => name)}
        onChoice=${(/** @type {number} */ index) => onColumn(field.name, index)}
      />`;
    })}
  </fieldset>`;
}

/**
 * @param {{ id: string, label: unknown, value: number, none?: string, options: readonly string[], onChoice: (index: number) => void }} props
 *   `none`: the text of an option with the value -1
 */
function Choice({ id, label, value, none, options, onChoice }) {
  return html`<div class="field">
    <label for=${id}>${label}</label>
    <select
      id=${id}
      value=${String(value)}
      onInput=${(/** @type {{ currentTarget: HTMLSelectElement }} */ { currentTarget }) => onChoice(Number(currentTarget.value))}
    >
      ${none !== undefined && html`<option value="-1">${none}</option>`}
      ${options.map((name, index) => html`<option value=${String(index)}>${name}</option>`)}
    </select>
  </div>`;
}
