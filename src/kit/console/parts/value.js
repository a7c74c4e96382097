/** The value of a field. */

import { Icon } from './icon.js';
import { Reference } from './reference.js';
import { toLocalTime, toText } from './text.js';
import { html } from '../vendor/preact.js';

/** @typedef {import('../contract/contract.js').Schema} Schema */

/** Also for a schema that allows null. @param {Schema | undefined} schema @returns {boolean} */
function isTime(schema) {
  return schema?.format === 'date-time' || (schema?.anyOf ?? []).some(isTime);
}

/**
 * @param {{ value: unknown, schema?: Schema, linkOf?: (item: unknown) => string | undefined }} props `linkOf`: the page of an item of
 *   another service
 */
export function Value({ value, schema, linkOf = () => undefined }) {
  if (Array.isArray(value) && value.length > 0) {
    return html`<span class="chips"
      >${value.map((item) => html`<${Reference} item=${item} href=${linkOf(item)} />`)}</span
    >`;
  }
  if (value === true) return html`<${Icon} name="check" /><span class="label-hidden">true</span>`;
  if (value === false) return html`<span class="dim">false</span>`;
  if (typeof value === 'string' && isTime(schema)) {
    return html`<time datetime=${value} title=${value}>${toLocalTime(value)}</time>`;
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return html`<${Reference} item=${value} href=${linkOf(value)} />`;
  }
  const text = toText(value);
  return text === '–' ? html`<span class="none">–</span>` : text;
}
