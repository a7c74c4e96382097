import type { Readable } from 'node:stream';
import { z } from 'zod';
import { findRepeatedKey } from '../../../src/kit/api/repeated-key.ts';

/** A row's fields or the reason why it cannot be parsed. Lines are counted from 1. */
export type NdjsonRow = { readonly line: number } & (
  | { readonly fields: Readonly<Record<string, unknown>> }
  | { readonly error: string }
);

const Fields = z.record(z.string(), z.unknown());

/** Maximum length of a line, in characters. A file with a longer line is unlikely to be NDJSON and is not read further. */
const maxLineLength = 1024 * 1024;

export async function* readNdjson(bytes: Readable): AsyncGenerator<NdjsonRow> {
  const decoder = new TextDecoder();
  let line = 0;
  let rest = '';
  for await (const chunk of bytes as AsyncIterable<Uint8Array>) {
    // `node:readline` also splits at U+2028, which a JSON string may contain.
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const text of lines) {
      line += 1;
      const row = parseLine(line, text);
      if (row !== undefined) yield row;
    }
    if (rest.length > maxLineLength) {
      yield { line: line + 1, error: 'line too long; the rest of the file was not read' };
      return;
    }
  }
  const row = parseLine(line + 1, rest + decoder.decode());
  if (row !== undefined) yield row;
}

/** Returns undefined for an empty line. */
function parseLine(line: number, text: string): NdjsonRow | undefined {
  if (text.trim() === '') return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { line, error: 'not JSON: each line must be one JSON object' };
  }
  const repeated = findRepeatedKey(text)?.at(-1);
  if (repeated !== undefined) return { line, error: `the key "${String(repeated)}" is there more than once` };
  const fields = Fields.safeParse(value);
  return fields.success ? { line, fields: fields.data } : { line, error: 'not a JSON object' };
}
