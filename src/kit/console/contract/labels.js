/** Labels of fields, commands and queries. */

import { capitalize } from '../parts/text.js';

/** `relocatedAt` → `Relocated at` @param {string} name */
export function toLabel(name) {
  const words = name.replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2').split(' ');
  return capitalize(words.map((word) => (/^[A-Z][a-z]*$/.test(word) ? word.toLowerCase() : word)).join(' '));
}

/** @param {{ name: string, schema?: import('./openapi.js').Schema }} field */
export function labelOf({ name, schema }) {
  return schema?.title ?? toLabel(name);
}

/** The label of a field of the document. @param {import('./contract.js').Contract} contract @param {string} name */
export function labelIn({ columns }, name) {
  return labelOf(columns.find((column) => column.name === name) ?? { name });
}
