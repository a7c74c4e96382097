/** Parser for Server-Sent Events (WHATWG HTML section 9.2.6). */

/**
 * @typedef {object} ServerSentEvent
 * @property {string} event event name; `message` by default
 * @property {string | undefined} data undefined in a block that carries only an id or a reconnection time
 * @property {string | undefined} id
 * @property {number | undefined} retryMs reconnection time in ms
 */

/** The connection of an event stream was lost, or is idle for too long. */
export class ConnectionLost extends Error {
  /** @override */
  name = 'ConnectionLost';
}

/**
 * Ends when the body ends.
 *
 * @param {ReadableStream<Uint8Array>} body
 * @param {number} idleTimeoutMs time without data after which the connection is considered dead, in ms
 * @returns {AsyncGenerator<ServerSentEvent, void>}
 * @throws ConnectionLost
 */
export async function* readServerSentEvents(body, idleTimeoutMs) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await withTimeout(idleTimeoutMs, reader.read());
      if (done) return;
      rest += decoder.decode(value, { stream: true });
      // A trailing carriage return may be the first half of a CRLF.
      const end = rest.endsWith('\r') ? rest.length - 1 : rest.length;
      const blocks = rest.slice(0, end).replaceAll(/\r\n?/g, '\n').split('\n\n');
      rest = (blocks.pop() ?? '') + rest.slice(end);
      for (const block of blocks) yield parseBlock(block);
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** @param {string} block @returns {ServerSentEvent} */
function parseBlock(block) {
  let event = 'message';
  /** @type {string | undefined} */
  let id;
  /** @type {number | undefined} */
  let retryMs;
  /** @type {string[]} */
  const data = [];
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') event = value;
    else if (field === 'data') data.push(value);
    else if (field === 'id') id = value;
    else if (field === 'retry' && /^\d+$/.test(value)) retryMs = Number(value);
  }
  return { event, data: data.length > 0 ? data.join('\n') : undefined, id, retryMs };
}

/** @template T @param {number} milliseconds @param {Promise<T>} promise @returns {Promise<T>} */
function withTimeout(milliseconds, promise) {
  return new Promise((resolve, reject) => {
    /** @param {unknown} cause */
    const fail = (cause) => reject(new ConnectionLost('The connection was lost.', { cause }));
    const timer = setTimeout(() => fail(new Error(`no data for ${milliseconds} ms`)), milliseconds);
    promise.then(resolve, fail).finally(() => clearTimeout(timer));
  });
}
