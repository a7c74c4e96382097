/** NDJSON to rows: one JSON object a line. */

import type { Readable } from 'node:stream';
import { z } from 'zod';

/** A row as the file has it: its fields, or why it has none. The first line of a file is 1. */
export type NdjsonRow = { readonly line: number } & (
  | { readonly fields: Readonly<Record<string, unknown>> }
  | { readonly wrong: string }
);

const Fields = z.record(z.string(), z.unknown());

/** A line longer than this many characters is no row; the file is not read on, since it is hardly NDJSON. */
const maxLineLength = 1024 * 1024;

export async function* readNdjson(bytes: Readable): AsyncGenerator<NdjsonRow> {
  const decoder = new TextDecoder();
  let line = 0;
  let rest = '';
  for await (const chunk of bytes as AsyncIterable<Uint8Array>) {
    // Not the line reader of Node: it also splits at U+2028, which may stand inside a JSON string.
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const text of lines) {
      line += 1;
      const row = parseLine(line, text);
      if (row !== undefined) yield row;
    }
    if (rest.length > maxLineLength) {
      yield { line: line + 1, wrong: 'the line has no end; the file was not read on' };
      return;
    }
  }
  const row = parseLine(line + 1, rest + decoder.decode());
  if (row !== undefined) yield row;
}

/** Undefined for an empty line. */
function parseLine(line: number, text: string): NdjsonRow | undefined {
  if (text.trim() === '') return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { line, wrong: 'not JSON: each line has to be one JSON object' };
  }
  const fields = Fields.safeParse(value);
  return fields.success ? { line, fields: fields.data } : { line, wrong: 'not a JSON object' };
}
