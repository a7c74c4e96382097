/** Which column of a file is which field. */

import { labelOf } from '../../contract/labels.js';
import { isRejectedColumn } from '../send/rejected-text.js';
import { lettersOf } from './letters.js';

/**
 * @typedef {import('../../contract/openapi.js').Field} Field
 * @typedef {import('../read/file-rows.js').Column} Column
 *
 * The column of each field, by the name of the field. A field without a column is not in it.
 * @typedef {Readonly<Record<string, Column>>} Mapping
 */

/** The fields that a column can be. @param {readonly Field[]} fields */
export function mappedFields(fields) {
  return fields.filter(({ schema }) => schema.const === undefined);
}

/**
 * Guesses the columns by their names. Letter case and punctuation do not matter, and the noun may be before the name
 * (`lamp_ID`).
 *
 * @param {readonly Field[]} fields @param {readonly Column[]} columns @param {string} noun
 * @returns {Mapping}
 */
export function guessMapping(fields, columns, noun) {
  /** @type {Record<string, Column>} */
  const mapping = {};
  for (const field of mappedFields(fields)) {
    const names = [field.name, labelOf(field), `${noun}${field.name}`].map(lettersOf);
    const found = names.flatMap((name) => columns.filter((column) => lettersOf(column.name) === name));
    const free = found.find((column) => !Object.values(mapping).includes(column));
    if (free !== undefined) mapping[field.name] = free;
  }
  return mapping;
}

/** @param {readonly Column[]} columns @param {Mapping} mapping */
export function ignoredColumns(columns, mapping) {
  const used = Object.values(mapping);
  return columns.filter((column) => !used.includes(column) && !isRejectedColumn(column.name));
}

/** Required fields without a column. @param {readonly Field[]} fields @param {Mapping} mapping */
export function missingFields(fields, mapping) {
  return mappedFields(fields).filter(({ name, required }) => required && mapping[name] === undefined);
}
