/** Form generated from a schema: one field per property. The service's validation errors are displayed at the fields. */

import { toCurl } from '../parts/commands.js';
import { CopyButton } from '../parts/copy-button.js';
import { FieldInput } from './field-input.js';
import { fieldOf, toBody, toValues } from './form-values.js';
import { html, useEffect, useRef, useState } from '../vendor/preact.js';

/**
 * @typedef {import('../contract/contract.js').Field} Field
 * @typedef {import('../store/api.js').Problem} Problem
 *
 * @typedef {object} EntityFormProps
 * @property {Field[]} fields
 * @property {import('../parts/difference.js').Fields} initial
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
  const [sent, setSent] = useState(values);
  const form = useRef(/** @type {HTMLFormElement | null} */ (null));
  useEffect(() => {
    const invalid = form.current?.querySelector('[aria-invalid="true"]');
    if (invalid instanceof HTMLElement) invalid.focus();
  }, [problem]);

  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    setSending(true);
    setSent(values);
    setProblem(await onSend(toBody(fields, values)));
    setSending(false);
  };
  const { errors = [] } = problem ?? {};
  const names = new Set(fields.map(({ name }) => `/${name}`));
  const otherErrors = errors.filter(({ pointer }) => !names.has(fieldOf(pointer)));
  const isAtFields = errors.length > 0 && otherErrors.length === 0;
  const errorOf = (/** @type {string} */ name) => {
    const error = errors.find(({ pointer }) => fieldOf(pointer) === `/${name}`)?.detail;
    return error !== undefined && sent[name] === '' ? 'A value is required.' : error;
  };
  return html`<form class="form" onSubmit=${submit} noValidate ref=${form}>
    <p class="error" role="alert">
      ${isAtFields ? 'Correct the marked fields.' : problem?.detail}${otherErrors.map(({ pointer, detail }) => html`<br />${pointer} ${detail}`)}
    </p>
    ${fields
      .filter(({ schema }) => schema.const === undefined)
      .map(
        (field, index) =>
          html`<${FieldInput}
            field=${field}
            value=${values[field.name]}
            isFirst=${index === 0}
            error=${errorOf(field.name)}
            onValue=${(/** @type {string | boolean} */ value) => setValues((before) => ({ ...before, [field.name]: value }))}
          />`,
      )}
    <div class="buttons">
      <${CopyButton} label="Copy as curl" text=${curlOf(toRequest(toBody(fields, values)))} />
      ${onCancel && html`<button type="button" onClick=${onCancel}>Cancel</button>`}
      <button type="submit" class="primary" disabled=${isSending}>${action}</button>
    </div>
  </form>`;
}

/** @param {ReturnType<EntityFormProps['toRequest']>} request */
function curlOf({ path, ...request }) {
  return toCurl(path, request);
}
