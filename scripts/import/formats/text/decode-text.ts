/** Decodes text, and describes bytes that are wrong in its encoding. */

import { EncodingFault, type Encoding } from './encoding.ts';
import { decodeWhole, likelyEncoding } from './likely-encoding.ts';
import { countLines } from './lines.ts';

/** Number of bytes that are shown before and after a wrong one. */
const maxShown = 50;

/** Decodes a text, without its byte order mark. @throws EncodingFault */
export async function* decodeText(
  bytes: AsyncIterable<Uint8Array>,
  { name, isStrict }: Encoding,
): AsyncGenerator<string> {
  const decoder = new TextDecoder(name, { fatal: isStrict });
  let line = 1;
  let offset = 0;
  /** The bytes of the last line so far, which may end within a character. */
  let lastLine: Uint8Array = new Uint8Array();
  for await (const chunk of bytes) {
    const text = decodeChunk(chunk);
    line += countLines(chunk);
    offset += chunk.length;
    const lineStart = chunk.lastIndexOf(0x0a) + 1;
    lastLine = lineStart > 0 ? chunk.slice(lineStart) : join(lastLine, chunk);
    if (text !== '') yield text;
  }
  try {
    // Always as a stream: in one piece, Node 20 decodes windows-1252 as ISO 8859-1.
    yield decoder.decode();
  } catch {
    throw new EncodingFault(`the text ends within a character of ${name}`, line, undefined);
  }

  function decodeChunk(chunk: Uint8Array): string {
    try {
      return decoder.decode(chunk, { stream: true });
    } catch {
      throw locate(join(lastLine, chunk), { name, line, offset: offset - lastLine.length });
    }
  }
}

/** Describes the first bytes of `bytes`, which begin at a line, that are wrong in the encoding. */
function locate(
  bytes: Uint8Array,
  { name, line, offset }: { readonly name: string; readonly line: number; readonly offset: number },
): EncodingFault {
  const decoder = new TextDecoder(name, { fatal: true });
  let start = 0;
  try {
    for (let index = 0; index < bytes.length; index++)
      if (decoder.decode(bytes.subarray(index, index + 1), { stream: true }) !== '') start = index + 1;
  } catch {
    // `start` is the first byte that was not decoded.
  }
  const faultLine = line + countLines(bytes.subarray(0, start));
  const lineStart = bytes.subarray(0, start).lastIndexOf(0x0a) + 1;
  const lineEnd = bytes.indexOf(0x0a, start);
  const shown = bytes.subarray(
    Math.max(lineStart, start - maxShown),
    Math.min(lineEnd === -1 ? Infinity : lineEnd, start + maxShown),
  );
  const hex = (bytes[start] ?? 0).toString(16).toUpperCase().padStart(2, '0');
  const place = `byte ${offset + start + 1} of the file (0x${hex}) is not ${name.toUpperCase()}`;
  if (name !== 'utf-8') return new EncodingFault(place, faultLine, undefined);
  const likely = likelyEncoding(bytes.subarray(lineStart));
  return new EncodingFault(
    `${place}; the encoding is probably ${likely}, which reads it as: ${decodeWhole(shown, likely).trim()}`,
    faultLine,
    likely,
  );
}

function join(first: Uint8Array, second: Uint8Array): Uint8Array {
  return first.length === 0 ? second : Buffer.concat([first, second]);
}
