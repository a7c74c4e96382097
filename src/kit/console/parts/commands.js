/** Shell commands that are equivalent to what the console displays. */

import { toAddress } from '../store/path.js';

/** Quotes text for a POSIX shell. @param {string} text */
function quote(text) {
  return /^[\w./:=-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** @param {string} path @param {{ method?: string, body?: unknown, headers?: Record<string, string> }} [options] */
export function toCurl(path, { method = 'GET', body, headers = {} } = {}) {
  const allHeaders = { ...headers, ...(body !== undefined && { 'Content-Type': 'application/json' }) };
  return [
    'curl -i',
    ...(method === 'GET' ? [] : [`-X ${method}`]),
    quote(new URL(toAddress(path), location.href).href),
    ...Object.entries(allHeaders).map(([name, value]) => `-H ${quote(`${name}: ${value}`)}`),
    ...(body === undefined ? [] : [`-d ${quote(JSON.stringify(body))}`]),
  ].join(' ');
}

/** @param {string} name service name @param {string} query @param {object} body */
export function toNatsQuery(name, query, body) {
  return `nats req ${name}.queries.${query} ${quote(JSON.stringify(body))}`;
}

/** @param {string} stream @param {number} position */
export function toNatsMessage(stream, position) {
  return `nats stream get ${stream} ${position}`;
}

/** @param {string} name service name @param {string | number | undefined} id entity id; undefined: all entities */
export function toNatsSubscription(name, id) {
  return `nats sub ${quote(`${name}.events.${id ?? '>'}`)}`;
}
