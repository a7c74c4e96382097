/** The log as CSV (RFC 4180). */

const columns = /** @type {const} */ ([
  'position',
  'time',
  'subject',
  'id',
  'type',
  'actor',
  'messageId',
  'traceparent',
  'rejected',
  'content',
]);

export const csvHeader = `${columns.join(',')}\r\n`;

/** @param {import('./read-log.js').LogEntry} entry */
export function toCsvLine({ event, payload, ...entry }) {
  const content = event === undefined ? payload : JSON.stringify(event);
  const values = { ...entry, type: event?.type, content };
  return `${columns.map((column) => toCell(values[column])).join(',')}\r\n`;
}

/**
 * A spreadsheet executes a cell that begins with one of these characters as a formula, so an apostrophe precedes them.
 *
 * @param {string | number | undefined} value
 */
export function toCell(value = '') {
  const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
