/** A position, or a time as RFC 3339; a time of day is today. @param {string} text */
export function toPlace(text, now = new Date()) {
  const trimmed = text.trim().replaceAll(',', '');
  if (/^\d+$/.test(trimmed)) return trimmed;
  const isTimeOfDay = /^\d\d?:\d\d(?::\d\d(?:\.\d+)?)?$/.test(trimmed);
  const day = [now.getFullYear(), now.getMonth() + 1, now.getDate()].join('/');
  const time = Date.parse(isTimeOfDay ? `${day} ${trimmed}` : trimmed);
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}

/**
 * Returns the position of the first message at a time or later; that of the last message if there is none.
 *
 * @param {import('./read-log.js').ReadLog} read
 * @param {string} at a position or a time
 * @param {AbortSignal} signal
 */
export async function findPosition(read, at, signal) {
  if (/^\d+$/.test(at)) return Number(at);
  const part = await read({ at, limit: 1 }, signal);
  return part && (part.entries[0]?.position ?? part.last);
}
