/** Reads objects from JSON: one on each line (NDJSON), or the elements of one array. Shared with `npm run import`. */

import { arrayElements, maxLength } from './array-elements.js';
import { findRepeatedKey } from './repeated-key.js';
import { peekText } from './peek-text.js';

/**
 * A row's fields or the reason why it cannot be parsed. `line` is its first line, counted from 1.
 *
 * @typedef {{ readonly line: number } & ({ readonly fields: Readonly<Record<string, unknown>> }
 *   | { readonly error: string, readonly text: string })} JsonRow
 */

/** @param {AsyncIterable<string>} text @returns {AsyncGenerator<JsonRow, void>} */
export async function* readJson(text) {
  const { head, all } = await peekText(text, (read) => read.trimStart() !== '');
  const isArray = head.trimStart().startsWith('[');
  for await (const value of isArray ? arrayElements(all) : lines(all)) {
    if ('error' in value) yield { ...value, text: '' };
    else if (value.text.length > maxLength) {
      const what = isArray ? 'element' : 'line';
      yield { line: value.line, error: `${what} too long; the rest of the file was not read`, text: '' };
      return;
    } else yield parse(value, isArray ? 'element of the array' : 'line');
  }
}

/**
 * Yields the lines that are not empty. A line beyond the limit is the last one.
 *
 * @param {AsyncIterable<string>} text
 * @returns {AsyncGenerator<import('./array-elements.js').JsonText, void>}
 */
async function* lines(text) {
  let line = 0;
  let rest = '';
  for await (const chunk of text) {
    // Not at U+2028, which a JSON string may contain.
    const texts = (rest + chunk).split('\n');
    rest = texts.pop() ?? '';
    for (const complete of texts) {
      line += 1;
      if (complete.trim() !== '') yield { line, text: complete };
    }
    if (rest.length > maxLength) break;
  }
  if (rest.trim() !== '') yield { line: line + 1, text: rest };
}

/** @param {import('./array-elements.js').JsonText} value @param {string} unit @returns {JsonRow} */
function parse({ line, text }, unit) {
  /** @type {unknown} */
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    return { line, error: `not JSON: each ${unit} must be one JSON object`, text };
  }
  const repeated = findRepeatedKey(text);
  if (repeated !== undefined) return { line, error: `the key "${repeated}" is there more than once`, text };
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { line, error: 'not a JSON object', text };
  return { line, fields: Object.fromEntries(Object.entries(value)) };
}
