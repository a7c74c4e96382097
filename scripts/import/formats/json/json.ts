/** Reads objects from JSON: one on each line (NDJSON), or the elements of one array. */

import { z } from 'zod';
import { findRepeatedKey } from '../../../../src/kit/api/requests/repeated-key.ts';
import { arrayElements } from './array-elements.ts';
import { maxLength, type JsonText } from './json-text.ts';

/** A row's fields or the reason why it cannot be parsed. `line` is its first line, counted from 1. */
export type JsonRow = { readonly line: number } & (
  | { readonly fields: Readonly<Record<string, unknown>> }
  | { readonly error: string; readonly text: string }
);

const Fields = z.record(z.string(), z.unknown());

export async function* readJson(text: AsyncIterable<string>): AsyncGenerator<JsonRow> {
  const chunks = text[Symbol.asyncIterator]();
  let head = '';
  for (let isAtEnd = false; !isAtEnd && head.trimStart() === '';) {
    const { value = '', done = false }: IteratorResult<string, undefined> = await chunks.next();
    head += value;
    isAtEnd = done;
  }
  async function* all() {
    yield head;
    yield* { [Symbol.asyncIterator]: () => chunks };
  }
  const isArray = head.trimStart().startsWith('[');
  for await (const value of isArray ? arrayElements(all()) : lines(all())) {
    if ('error' in value) yield { ...value, text: '' };
    else if (value.text.length > maxLength) {
      const what = isArray ? 'element' : 'line';
      yield { line: value.line, error: `${what} too long; the rest of the file was not read`, text: '' };
      return;
    } else yield parse(value, isArray ? 'element of the array' : 'line');
  }
}

/** Yields the lines that are not empty. A line beyond the limit is the last one. */
async function* lines(text: AsyncIterable<string>): AsyncGenerator<JsonText> {
  let line = 0;
  let rest = '';
  for await (const chunk of text) {
    // `node:readline` also splits at U+2028, which a JSON string may contain.
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

function parse({ line, text }: JsonText, unit: string): JsonRow {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { line, error: `not JSON: each ${unit} must be one JSON object`, text };
  }
  const repeated = findRepeatedKey(text)?.at(-1);
  if (repeated !== undefined) {
    return { line, error: `the key "${String(repeated)}" is there more than once`, text };
  }
  const fields = Fields.safeParse(value);
  return fields.success ? { line, fields: fields.data } : { line, error: 'not a JSON object', text };
}
