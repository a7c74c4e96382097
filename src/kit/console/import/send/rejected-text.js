/** The text of a file of rejected rows, ready to be corrected and imported. Shared with `npm run import`. */

/**
 * A row as it is in the file. The text is that of a JSON value that is not an object.
 *
 * @typedef {{ readonly columns: readonly string[], readonly cells: readonly string[], readonly delimiter: string }} TableOriginal
 * @typedef {TableOriginal | { readonly fields: Readonly<Record<string, unknown>> } | { readonly text: string }} Original
 */

/** Spreadsheets open a CSV file as UTF-8 only if it begins with this mark. */
const byteOrderMark = '\uFEFF';

/** Columns that are added to rejected rows. They are ignored when the rows are imported again. */
const added = /** @type {const} */ ({ line: 'rejected_line', reason: 'rejected_reason' });

/** @param {string} column */
export function isRejectedColumn(column) {
  const name = column.trim().toLowerCase();
  return name === added.line || name === added.reason;
}

/** Rows of a table are written as CSV, and rows of a JSON file as NDJSON. @param {Original} original */
export function rejectedExtension(original) {
  return 'cells' in original ? 'rejected.csv' : 'rejected.ndjson';
}

/**
 * The beginning of the file. The added columns come first, so that they are in their place even if a row has too many fields.
 *
 * @param {Original} original
 */
export function formatRejectedHeader(original) {
  if (!('cells' in original)) return '';
  const { columns, delimiter } = original;
  return (
    byteOrderMark +
    formatCsv([added.line, added.reason, ...columns.filter((column) => !isRejectedColumn(column))], delimiter)
  );
}

/**
 * The values are those of the file: nothing is added before a `=`, because it would be imported.
 *
 * @param {Original} original @param {number} line @param {string} reason
 */
export function formatRejectedRow(original, line, reason) {
  if ('cells' in original) {
    const { columns, cells, delimiter } = original;
    const own = cells.filter((_, index) => !isRejectedColumn(columns[index] ?? ''));
    return formatCsv([String(line), reason, ...own], delimiter);
  }
  const why = { [added.line]: line, [added.reason]: reason };
  const row = 'fields' in original ? { ...original.fields, ...why } : { text: original.text.trim(), ...why };
  return `${JSON.stringify(row)}\n`;
}

/** @param {readonly string[]} fields @param {string} delimiter */
function formatCsv(fields, delimiter) {
  const quoted = fields.map((field) =>
    field.includes(delimiter) || /["\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field,
  );
  return `${quoted.join(delimiter)}\r\n`;
}
