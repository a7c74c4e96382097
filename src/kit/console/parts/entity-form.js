/** Form generated from a schema: one field per property. The service's validation errors are displayed at the fields. */

import { labelOf } from '../contract/labels.js';
import { toCurl } from './commands.js';
import { CopyButton } from './copy-button.js';
import { html, useEffect, useRef, useState } from '../vendor/preact.js';

/**
 * @typedef {import('../contract/contract.js').Field} Field
 * @typedef {import('../store/api.js').Problem} Problem
 * @typedef {Record<string, string | boolean>} Values field contents
 *
 * @typedef {object} EntityFormProps
 * @property {Field[]} fields
 * @property {import('./difference.js').Fields} initial
 * @property {string} action label of the submit button
 * @property {(body: object) => { method: string, path: string, headers?: Record<string, string>, body?: object }} toRequest for
 *   the curl command
 * @property {(body: object) => Promise<Problem | undefined>} onSend
 * @property {() => void} [onCancel]
 */

/** @param {EntityFormProps} props */
export function EntityForm({ fields, initial, action, toRequest, onSend, onCancel }) {
  const [values, setValues] = useState(() => toValues(fields, initial));
  const [problem, setProblem] = useState(/** @type {Problem | undefined} */ (undefined));
  const [isSending, setSending] = useState(false);
  const form = useRef(/** @type {HTMLFormElement | null} */ (null));
  useEffect(() => {
    const invalid = form.current?.querySelector('[aria-invalid="true"]');
    if (invalid instanceof HTMLElement) invalid.focus();
  }, [problem]);

  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    setSending(true);
    setProblem(await onSend(toBody(fields, values)));
    setSending(false);
  };
  const { errors = [] } = problem ?? {};
  const names = new Set(fields.map(({ name }) => `/${name}`));
  const otherErrors = errors.filter(({ pointer }) => !names.has(fieldOf(pointer)));
  return html`<form onSubmit=${submit} noValidate ref=${form}>
    <p class="error" role="alert">
      ${problem?.detail}${otherErrors.map(({ pointer, detail }) => html`<br />${pointer} ${detail}`)}
    </p>
    ${fields
      .filter(({ schema }) => schema.const === undefined)
      .map(
        (field, index) =>
          html`<${FieldInput}
            field=${field}
            value=${values[field.name]}
            isFirst=${index === 0}
            error=${errors.find(({ pointer }) => fieldOf(pointer) === `/${field.name}`)?.detail}
            onValue=${(/** @type {string | boolean} */ value) => setValues((before) => ({ ...before, [field.name]: value }))}
          />`,
      )}
    <div class="buttons">
      <button type="submit" disabled=${isSending}>${action}</button>
      ${onCancel && html`<button type="button" class="quiet" onClick=${onCancel}>Cancel</button>`}
      <${CopyButton} label="Copy as curl" text=${curlOf(toRequest(toBody(fields, values)))} />
    </div>
  </form>`;
}

/** @param {ReturnType<EntityFormProps['toRequest']>} request */
function curlOf({ path, ...request }) {
  return toCurl(path, request);
}

/**
 * @param {{ field: Field, value: string | boolean | undefined, isFirst: boolean, error: string | undefined,
 *   onValue: (value: string | boolean) => void }} props
 */
function FieldInput({ field, value, isFirst, error, onValue }) {
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
    <label for=${id}>${labelOf(field)}${!required && ' (optional)'}</label>
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

/** @param {import('../contract/contract.js').Schema} schema @returns {'choice' | 'boolean' | 'number' | 'text' | 'json'} */
function kindOf({ type, enum: choices }) {
  const types = [type].flat();
  if (choices !== undefined) return 'choice';
  if (types.includes('boolean')) return 'boolean';
  if (types.includes('integer') || types.includes('number')) return 'number';
  return types.includes('string') ? 'text' : 'json';
}

/** Returns the top-level field of a JSON Pointer (RFC 6901): `/ports/0/id` → `/ports`. @param {string} pointer */
function fieldOf(pointer) {
  return pointer.split('/').slice(0, 2).join('/');
}

/** @param {Field[]} fields @param {import('./difference.js').Fields} entity @returns {Values} */
function toValues(fields, entity) {
  return Object.fromEntries(
    fields.map(({ name, schema }) => {
      // A document may embed a reference: `portId` is read from `port.id`.
      const value = entity[name] ?? Object(entity[name.replace(/Id$/, '')]).id;
      if (kindOf(schema) === 'boolean') return [name, value === true];
      if (value === undefined || value === null) return [name, ''];
      return [name, kindOf(schema) === 'json' ? JSON.stringify(value) : String(value)];
    }),
  );
}

/** Invalid values are sent unchanged, because the service validates them. @param {Field[]} fields @param {Values} values */
function toBody(fields, values) {
  return Object.fromEntries(
    fields.flatMap(({ name, schema, required }) => {
      if (schema.const !== undefined) return [[name, schema.const]];
      const value = values[name] ?? '';
      if (value === '' && !required) return [];
      const kind = kindOf(schema);
      if (kind === 'number' || kind === 'json') return value === '' ? [] : [[name, readJson(String(value))]];
      return [[name, value]];
    }),
  );
}

/** @param {string} text @returns {unknown} */
function readJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
