/** The encodings that the first bytes of a text show. Shared with `npm run import`. */

import { startsWith } from './foreign-content.js';

/** @type {readonly (readonly [mark: readonly number[], encoding: string])[]} */
const byteOrderMarks = [
  [[0xef, 0xbb, 0xbf], 'utf-8'],
  [[0xff, 0xfe], 'utf-16le'],
  [[0xfe, 0xff], 'utf-16be'],
];

/** Returns the encoding that a byte order mark names. @param {Uint8Array} head */
export function encodingOfMark(head) {
  return byteOrderMarks.find(([mark]) => startsWith(head, mark))?.[1];
}

/** Recognises UTF-16 without a mark: in Latin text, every other byte is zero. @param {Uint8Array} head */
export function likelyUtf16(head) {
  const zeros = /** @type {[number, number]} */ ([0, 0]);
  for (const [index, byte] of head.entries()) if (byte === 0) zeros[index % 2 === 0 ? 0 : 1] += 1;
  const [even, odd] = zeros;
  if (Math.max(even, odd) < head.length / 4) return undefined;
  return odd > even ? 'utf-16le' : 'utf-16be';
}
