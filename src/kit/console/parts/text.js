/** Formatting of values for display. */

/** Omits the ids of embedded objects: `{ id: 1, name: 'USB-C' }` → `USB-C`. @param {unknown} value @returns {string} */
export function toText(value) {
  if (value === null || value === undefined || value === '') return '–';
  if (Array.isArray(value)) return value.length === 0 ? '–' : value.map(toText).join(', ');
  if (typeof value !== 'object') return typeof value === 'string' ? value : JSON.stringify(value);
  const fields = Object.entries(value).filter(([field]) => field !== 'id');
  return fields.map(([, item]) => toText(item)).join(' ');
}

/** @param {string} time RFC 3339 */
export function toLocalTime(time) {
  return new Date(time).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
}

/** @param {number} count @param {string} noun @param {string} [plural] */
export function toCount(count, noun, plural = `${noun}s`) {
  return `${count.toLocaleString('en')} ${count === 1 ? noun : plural}`;
}

/** @param {number | null | undefined} milliseconds */
export function toMilliseconds(milliseconds) {
  return milliseconds === null || milliseconds === undefined ? '–' : `${milliseconds.toFixed(1)} ms`;
}

/** Formats the fields of an event without its type. @param {Record<string, unknown>} event */
export function describeEvent({ type: _type, ...fields }) {
  return Object.entries(fields)
    .map(([field, value]) => `${field}: ${toText(value)}`)
    .join(', ');
}

/** Trace id of a W3C `traceparent`. @param {string | undefined} traceparent */
export function traceIdOf(traceparent) {
  return traceparent?.split('-')[1];
}

/** @param {string} text */
export function capitalize(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Without the year, and with milliseconds: for lists of events, which are close together. @param {string} time RFC 3339 */
export function toShortTime(time) {
  return new Date(time).toLocaleString(undefined, {
    day: '2-digit',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
    hourCycle: 'h23',
  });
}

/** `3 d 4 h`, `2 min`, `12 s` @param {number} milliseconds */
export function toDuration(milliseconds) {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  const [days, hours, minutes] = [seconds / 86_400, (seconds % 86_400) / 3600, (seconds % 3600) / 60].map(
    Math.floor,
  );
  if (days) return `${days} d ${hours} h`;
  if (hours) return `${hours} h ${minutes} min`;
  return minutes ? `${minutes} min` : `${seconds} s`;
}

/** @param {number | undefined} bytes */
export function toBytes(bytes) {
  if (bytes === undefined) return '–';
  const units = ['B', 'KiB', 'MiB', 'GiB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  const value = bytes / 1024 ** power;
  return `${value.toFixed(value < 10 && power > 0 ? 1 : 0)} ${units[power]}`;
}

/** `14:05` today, `26 Nov, 14:05` otherwise. @param {string} time RFC 3339 */
export function toMinute(time) {
  const date = new Date(time);
  const isToday = date.toDateString() === new Date().toDateString();
  return date.toLocaleString(undefined, {
    ...(!isToday && { day: '2-digit', month: 'short' }),
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
}

/** @param {string} time RFC 3339 */
export function toDay(time) {
  return new Date(time).toLocaleDateString(undefined, { dateStyle: 'full' });
}

/** @param {string} time RFC 3339 */
export function toTimeOfDay(time) {
  return new Date(time).toLocaleTimeString(undefined, { timeStyle: 'medium' });
}

/** What distinguishes an entity for a person: its first texts. @param {Record<string, unknown> | undefined} entity */
export function toTitle(entity = {}) {
  const texts = Object.entries(entity).flatMap(([name, value]) =>
    name !== 'id' && typeof value === 'string' && !/^\d{4}-\d\d-\d\dT/.test(value) ? [value] : [],
  );
  return texts.slice(0, 2).join(' · ');
}

/** A time of a range: with the date, and as exact as the range needs. @param {number} time ms since the epoch @param {number} rangeMs */
export function toMoment(time, rangeMs) {
  const [minute, day] = [60_000, 86_400_000];
  return new Date(time).toLocaleString(undefined, {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    ...(rangeMs < 60 * day && { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }),
    ...(rangeMs < 30 * minute && { second: '2-digit' }),
  });
}

/** `31 Jan 2026, 12:00:00 – 12:00:10` @param {number} from ms since the epoch @param {number} to */
export function toTimeRange(from, to) {
  const isExact = to - from < 1_000;
  const format = new Intl.DateTimeFormat(undefined, {
    dateStyle: 'medium',
    timeStyle: to - from < 60_000 ? 'medium' : 'short',
  });
  return isExact ? format.format(from) : format.formatRange(from, to);
}
