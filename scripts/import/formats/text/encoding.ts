/** Finds out the encoding of a text file from its first bytes. */

import { encodingOfMark, likelyUtf16 } from '../../../../src/kit/console/import/read/byte-order.js';
import { countLines } from './lines.ts';

/** A text cannot be read in its presumed encoding. */
export class EncodingFault extends Error {
  override readonly name = 'EncodingFault';
  /** Line of the first wrong byte, counted from 1. */
  readonly line: number;
  /** An encoding in which the text may be readable; undefined if the text is damaged. */
  readonly likely: string | undefined;

  constructor(message: string, line: number, likely: string | undefined) {
    super(message);
    this.line = line;
    this.likely = likely;
  }
}

/** An encoding that the decoder supports, by its name in the WHATWG Encoding Standard. */
export type Encoding = {
  readonly name: string;
  /** Whether bytes that are wrong in the encoding end the import of the file. Otherwise U+FFFD replaces them. */
  readonly isStrict: boolean;
};

/** Returns the WHATWG name of an encoding with this label (`latin1`, `cp1252`), or undefined. */
export function encodingOf(label: string): string | undefined {
  try {
    return new TextDecoder(label).encoding;
  } catch {
    return undefined;
  }
}

/**
 * A byte order mark decides. Otherwise the encoding is the given one, or UTF-8.
 *
 * @param given a WHATWG name
 * @throws EncodingFault if the text is UTF-16 without a byte order mark
 */
export function findEncoding(head: Uint8Array, given: string | undefined): Encoding {
  const marked = encodingOfMark(head);
  if (marked !== undefined) return { name: marked, isStrict: true };
  // Whoever names UTF-8 knows that some rows may be damaged. These are rejected one by one.
  if (given !== undefined) return { name: given, isStrict: given !== 'utf-8' };
  const zero = head.indexOf(0);
  if (zero !== -1)
    throw new EncodingFault(
      'not text: there is a byte 0x00',
      countLines(head.subarray(0, zero)) + 1,
      likelyUtf16(head),
    );
  return { name: 'utf-8', isStrict: true };
}
