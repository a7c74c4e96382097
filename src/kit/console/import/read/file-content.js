/** Opens a file of the user: unpacks gzip, and finds out what it contains. Nothing is held in memory as a whole. */

import { encodingOfMark, likelyUtf16 } from './byte-order.js';
import { describeForeignContent, isGzip, isZip } from './foreign-content.js';

/**
 * @typedef {object} Content
 * @property {string} encoding WHATWG name
 * @property {boolean} isMarked whether a byte order mark says so
 * @property {boolean} isGuessed whether nothing in the file says that it has this encoding
 * @property {'csv' | 'json'} format
 * @property {() => AsyncGenerator<string, void>} read reads the text from the beginning
 */

/** What a user can do about a file. */
export class FileFault extends Error {
  /** @override */
  name = 'FileFault';
}

/** Encodings that can be chosen, the most frequent first. */
export const encodings = [
  'utf-8',
  'windows-1252',
  'windows-1250',
  'windows-1251',
  'windows-1253',
  'windows-1254',
  'iso-8859-2',
  'iso-8859-15',
  'macintosh',
  'utf-16le',
  'utf-16be',
  'shift_jis',
  'gb18030',
  'big5',
  'euc-kr',
];

/** Number of first bytes that are examined. */
const headLength = 1024;
const isJsonName = /\.(?:json|ndjson|jsonl)(?:\.gz)?$/i;
const isTableName = /\.(?:csv|tsv|tab|txt)(?:\.gz)?$/i;

/**
 * @param {File} file
 * @param {string | undefined} chosen encoding; undefined: it is found out
 * @returns {Promise<Content>}
 * @throws FileFault
 */
export async function openContent(file, chosen) {
  const isCompressed = isGzip(new Uint8Array(await file.slice(0, 2).arrayBuffer()));
  const readBytes = () => bytesOf(file, isCompressed);
  const head = await readHead(readBytes());
  if (isZip(head)) {
    const advice = 'Save it as CSV, or import it on the command line: npm run import';
    throw new FileFault(`The page does not read Excel workbooks and other ZIP files. ${advice}`);
  }
  const foreign = describeForeignContent(head);
  if (foreign !== undefined)
    throw new FileFault(`The file is ${foreign}. See also: npm run import -- --help`);
  const marked = encodingOfMark(head);
  const encoding = marked ?? chosen ?? (await findEncoding(head, readBytes));
  const start = new TextDecoder(encoding).decode(head, { stream: true }).trimStart();
  const isJson = isJsonName.test(file.name) || (!isTableName.test(file.name) && /^[[{]/.test(start));
  return {
    encoding,
    isMarked: marked !== undefined,
    isGuessed: marked === undefined && chosen === undefined && encoding !== 'utf-8',
    format: isJson ? 'json' : 'csv',
    read: () => decode(readBytes(), new TextDecoder(encoding)),
  };
}

/**
 * UTF-8 if the whole file is; otherwise UTF-16 or windows-1252, as most programs of Windows write.
 *
 * @param {Uint8Array} head @param {() => AsyncIterable<Uint8Array>} readBytes
 */
async function findEncoding(head, readBytes) {
  if (head.includes(0)) {
    const likely = likelyUtf16(head);
    if (likely === undefined) throw new FileFault('The file is not text: there is a byte 0x00.');
    return likely;
  }
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const texts = decode(readBytes(), decoder);
  for (;;) {
    try {
      if ((await texts.next()).done) return 'utf-8';
    } catch (error) {
      if (error instanceof TypeError) return 'windows-1252';
      throw error;
    }
  }
}

/** @param {AsyncIterable<Uint8Array>} bytes @param {InstanceType<typeof TextDecoder>} decoder @returns {AsyncGenerator<string, void>} */
async function* decode(bytes, decoder) {
  for await (const chunk of bytes) {
    const text = decoder.decode(chunk, { stream: true });
    if (text !== '') yield text;
  }
  yield decoder.decode();
}

/** @param {AsyncIterable<Uint8Array>} bytes */
async function readHead(bytes) {
  /** @type {number[]} */
  const head = [];
  for await (const chunk of bytes) {
    head.push(...chunk.subarray(0, headLength - head.length));
    if (head.length >= headLength) break;
  }
  return Uint8Array.from(head);
}

/** @param {File} file @param {boolean} isCompressed @returns {AsyncGenerator<Uint8Array<ArrayBuffer>, void>} @throws FileFault */
async function* bytesOf(file, isCompressed) {
  const stored = file.stream();
  const reader = (isCompressed ? stored.pipeThrough(new DecompressionStream('gzip')) : stored).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } catch (error) {
    const reason = isCompressed ? 'It may be damaged.' : 'It may have been changed or removed.';
    throw new FileFault(`The file cannot be read. ${reason}`, { cause: error });
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
