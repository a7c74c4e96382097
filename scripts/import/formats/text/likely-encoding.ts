/** Guesses the encoding of a text that is not UTF-8. A person sees how the text reads in it, and decides. */

import { analyse } from 'chardet';
import { encodingOf } from './encoding.ts';

/** Encodings of Latin script, the most frequent one first. The detector confuses them in a text as short as a few names. */
const latinEncodings = ['windows-1252', 'windows-1250', 'macintosh'] as const;

/** ISO encodings, and those of Windows that programs write instead. */
const supersets: Readonly<Record<string, string>> = {
  'iso-8859-5': 'windows-1251',
  'iso-8859-7': 'windows-1253',
  'iso-8859-8': 'windows-1255',
  'iso-8859-6': 'windows-1256',
};

/** In Latin script, bytes above 0x7F are fewer and rarely follow one another. */
const minRunOfOtherScripts = 2;

/** Number of bytes that are examined. */
const sampleLength = 1024 * 1024;

/** @param bytes begin at a line that is not UTF-8. */
export function likelyEncoding(bytes: Uint8Array): string {
  const sample = linesWithHighBytes(bytes.subarray(0, sampleLength));
  if (meanRun(sample) >= minRunOfOtherScripts) {
    const other = analyse(sample)
      .map(({ name }) => encodingOf(name) ?? 'utf-8')
      .map((name) => supersets[name] ?? name)
      .find((name) => !/^(utf|windows-125[0247]|iso)/.test(name));
    if (other !== undefined) return other;
  }
  const scores = latinEncodings.map((name) => plausibility(decodeWhole(sample, name)));
  return latinEncodings[scores.indexOf(Math.max(...scores))] ?? latinEncodings[0];
}

/** Lines of ASCII say nothing about the encoding. */
function linesWithHighBytes(bytes: Uint8Array): Uint8Array {
  const lines: Uint8Array[] = [];
  for (let start = 0; start < bytes.length;) {
    const next = bytes.indexOf(0x0a, start);
    const end = next === -1 ? bytes.length : next + 1;
    const line = bytes.subarray(start, end);
    if (line.some((byte) => byte > 0x7f)) lines.push(line);
    start = end;
  }
  return Buffer.concat(lines);
}

/** Returns the mean length of the sequences of bytes above 0x7F. */
function meanRun(bytes: Uint8Array): number {
  let high = 0;
  let runs = 0;
  for (const [index, byte] of bytes.entries()) {
    if (byte <= 0x7f) continue;
    high += 1;
    if ((bytes[index - 1] ?? 0) <= 0x7f) runs += 1;
  }
  return high / Math.max(runs, 1);
}

/** Returns the share of the characters beyond ASCII that are where a person would write them. */
function plausibility(text: string): number {
  const characters = Array.from(text);
  const beyondAscii = characters.flatMap((character, index) => (character > '\x7F' ? [index] : []));
  const plausible = beyondAscii.filter((index) =>
    isPlausible(characters[index - 1] ?? '', characters[index] ?? '', characters[index + 1] ?? ''),
  );
  return plausible.length / Math.max(beyondAscii.length, 1);
}

function isPlausible(before: string, character: string, after: string): boolean {
  const isLetter = (text: string) => /\p{L}/u.test(text);
  if (!isLetter(character))
    return character === '’' || !(/\p{C}/u.test(character) || (isLetter(before) && isLetter(after)));
  const isCapitalWithin = /\p{Lu}/u.test(character) && /\p{Ll}/u.test(before);
  return (isLetter(before) || isLetter(after)) && !isCapitalWithin;
}

/** Decodes a complete text; U+FFFD replaces what is wrong in the encoding. */
export function decodeWhole(bytes: Uint8Array, encoding: string): string {
  const decoder = new TextDecoder(encoding);
  // As a stream: in one piece, Node 20 decodes windows-1252 as ISO 8859-1.
  return decoder.decode(bytes, { stream: true }) + decoder.decode();
}
