/** What a file contains, by its first bytes. Shared with `npm run import`. */

/** @type {readonly (readonly [start: readonly number[], advice: string])[]} */
const contents = [
  [
    [0xd0, 0xcf, 0x11, 0xe0],
    'an old Excel workbook (.xls), or one with a password; save it as .xlsx without a password',
  ],
  [[0x42, 0x5a, 0x68], 'compressed with bzip2; unpack it, or use gzip'],
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a], 'compressed with xz; unpack it, or use gzip'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'compressed with zstd; unpack it, or use gzip'],
  [[0x25, 0x50, 0x44, 0x46], 'a PDF document'],
  [[0x50, 0x41, 0x52, 0x31], 'a Parquet file; export it as CSV'],
];

/** Returns what a file contains that cannot be imported, with advice. @param {Uint8Array} head */
export function describeForeignContent(head) {
  const found = contents.find(([start]) => startsWith(head, start));
  if (found !== undefined) return found[1];
  const text = String.fromCharCode(...head.subarray(0, 1024))
    .trimStart()
    .toLowerCase();
  const isMarkup = ['<!doctype', '<html', '<table', '<?xml'].some((tag) => text.startsWith(tag));
  return isMarkup ? 'HTML or XML; open it in a spreadsheet and save it as .xlsx or CSV' : undefined;
}

/** A workbook is a ZIP archive. @param {Uint8Array} head */
export function isZip(head) {
  return startsWith(head, [0x50, 0x4b, 0x03, 0x04]);
}

/** @param {Uint8Array} head */
export function isGzip(head) {
  return startsWith(head, [0x1f, 0x8b]);
}

/** @param {Uint8Array} head @param {readonly number[]} start */
export function startsWith(head, start) {
  return start.every((byte, index) => head[index] === byte);
}
