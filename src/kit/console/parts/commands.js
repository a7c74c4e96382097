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

/** @param {string} name service name @param {string} query @param {object} body @param {string} [server] */
export function toNatsQuery(name, query, body, server) {
  return `${natsOf(server)} req ${name}.queries.${query} ${quote(JSON.stringify(body))}`;
}

/** A call of the typed client. @param {{ name: string, noun: string }} contract @param {string} method @param {unknown[]} args */
export function toClientCall({ name, noun }, method, ...args) {
  const url = new URL('.', location.href).href.replace(/\/$/, '');
  const client = /^[A-Za-z_]\w*$/.test(name) ? name : 'service';
  const shown = args.map((value) => JSON.stringify(value)).join(', ');
  return `const ${client} = createClient('${url}', ${toCamelCase(noun)}Service);\nawait ${client}.${method}(${shown});`;
}

/** `power-supply` → `powerSupply` @param {string} noun */
function toCamelCase(noun) {
  return noun.replaceAll(/[^A-Za-z0-9]+(\w)/g, (_, letter) => letter.toUpperCase());
}

/** The address of the broker for the `nats` CLI, if the page and the broker are on this machine. @param {{ natsUrl: string | null } | undefined} status */
export function brokerOf(status) {
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(location.hostname);
  return isLocal ? (status?.natsUrl ?? undefined) : undefined;
}

/** Of the `nats` CLI. Without a server, it uses that of its context. @param {string | undefined} server */
const natsOf = (server) => (server === undefined ? 'nats' : `nats -s ${quote(server)}`);

/** @param {string} name service name @param {string} verb @param {object} payload @param {string} [server] */
export function toNatsCommand(name, verb, payload, server) {
  return `${natsOf(server)} req ${name}.commands.${verb} ${quote(JSON.stringify(payload))}`;
}

/** @param {string} name service name @param {string | number} id @param {object} event @param {string} [server] */
export function toNatsEvent(name, id, event, server) {
  return `${natsOf(server)} pub ${name}.events.${id} ${quote(JSON.stringify(event))}`;
}

/** @param {string} stream @param {number} position */
export function toNatsMessage(stream, position) {
  return `nats stream get ${stream} ${position}`;
}

/** @param {string} name service name @param {string | number | undefined} id entity id; undefined: all entities */
export function toNatsSubscription(name, id) {
  return `nats sub ${quote(`${name}.events.${id ?? '>'}`)}`;
}
