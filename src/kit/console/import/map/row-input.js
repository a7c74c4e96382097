/** Converts a row of a file to the body of a request. */

import { kindOf } from '../../contract/field-kind.js';
import { complain } from './schema-check.js';

/**
 * @typedef {import('../../contract/openapi.js').Field} Field
 * @typedef {import('../../contract/openapi.js').Schema} Schema
 *
 * @typedef {object} RowInput
 * @property {Record<string, unknown>} body
 * @property {Record<string, string>} complaints what is wrong, by field
 */

/** The decoder replaces bytes that are wrong in the encoding with this character. */
const replacementCharacter = '\uFFFD';

/**
 * Values are trimmed and in NFC, as the service stores them. An empty one is omitted.
 *
 * @param {readonly Field[]} fields
 * @param {import('./column-mapping.js').Mapping} mapping
 * @param {(column: import('../read/file-rows.js').Column) => unknown} valueOf
 * @returns {RowInput}
 */
export function toRowInput(fields, mapping, valueOf) {
  /** @type {RowInput} */
  const { body, complaints } = { body: {}, complaints: {} };
  for (const { name, schema, required } of fields) {
    if (schema.const !== undefined) body[name] = schema.const;
    const column = mapping[name];
    if (schema.const !== undefined || column === undefined) continue;
    const value = convert(schema, valueOf(column));
    if (value !== undefined) body[name] = value;
    const complaint = value === undefined ? describeMissing(name, required) : check(schema, value);
    if (complaint !== undefined) complaints[name] = complaint;
  }
  return { body, complaints };
}

/** Joins the complaints to a reason. @param {Record<string, string>} complaints */
export function toReason(complaints) {
  return Object.entries(complaints)
    .map(([name, complaint]) => name + (complaint.startsWith('is ') ? ' ' : ': ') + complaint)
    .join('; ');
}

/** @param {string} name @param {boolean} required */
function describeMissing(name, required) {
  if (name === 'id')
    return 'is missing: every row needs an id, so that a repeated import creates no duplicates';
  return required ? 'is missing' : undefined;
}

/** @param {Schema} schema @param {unknown} value */
function check(schema, value) {
  if (typeof value === 'string' && value.includes(replacementCharacter))
    return 'the text contains U+FFFD, the sign of a wrong encoding';
  return complain(schema, value);
}

/** Returns undefined for an empty value. @param {Schema} schema @param {unknown} value @returns {unknown} */
function convert(schema, value) {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') return value;
  const text = value.normalize().trim();
  if (text === '') return undefined;
  switch (kindOf(schema)) {
    case 'text':
      return text;
    case 'choice':
      return schema.enum?.find((choice) => String(choice) === text) ?? text;
    case 'boolean':
      return /^(?:true|false)$/i.test(text) ? text.toLowerCase() === 'true' : text;
    case 'number':
      return /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : text;
    case 'json':
      return parseJson(text);
  }
}

/** @param {string} text @returns {unknown} */
function parseJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
