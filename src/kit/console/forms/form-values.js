/** Converts between the contents of a form and a request. */

import { kindOf } from '../contract/field-kind.js';

/**
 * @typedef {import('../contract/contract.js').Field} Field
 * @typedef {Record<string, string | boolean>} Values field contents
 */

/** Returns the top-level field of a JSON Pointer (RFC 6901): `/ports/0/id` → `/ports`. @param {string} pointer */
export function fieldOf(pointer) {
  return pointer.split('/').slice(0, 2).join('/');
}

/** @param {Field[]} fields @param {import('../parts/difference.js').Fields} entity @returns {Values} */
export function toValues(fields, entity) {
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
export function toBody(fields, values) {
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
