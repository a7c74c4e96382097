/** Values as a person reads them. */

/** Of a thing with an id and a name, its name. @param {unknown} value @returns {string} */
export function toText(value) {
  if (value === null || value === undefined || value === '') return '–';
  if (Array.isArray(value)) return value.length === 0 ? '–' : value.map(toText).join(', ');
  if (typeof value !== 'object') return typeof value === 'string' ? value : JSON.stringify(value);
  const named = Object.entries(value).filter(([field]) => field !== 'id');
  return named.map(([, part]) => toText(part)).join(' ');
}

/** @param {string} time RFC 3339 */
export function toLocalTime(time) {
  return new Date(time).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
}

/** @param {number} count @param {string} noun */
export function toCount(count, noun) {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}

/** @param {number | null | undefined} milliseconds */
export function toMilliseconds(milliseconds) {
  return milliseconds === null || milliseconds === undefined ? '–' : `${milliseconds.toFixed(1)} ms`;
}

/** What an event says beside its type. @param {Record<string, unknown>} event */
export function describeEvent({ type: _type, ...fields }) {
  return Object.entries(fields)
    .map(([field, value]) => `${field}: ${toText(value)}`)
    .join(', ');
}

/** The trace that a W3C `traceparent` names. @param {string | undefined} traceparent */
export function traceIdOf(traceparent) {
  return traceparent?.split('-')[1];
}
