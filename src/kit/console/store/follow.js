/** Follows the live events. After an interruption, continues after the last event seen, if the stream still holds it. */

import { followEventStream } from '../../event-stream/event-stream.js';
import { toAddress } from './path.js';

/**
 * @typedef {{ position: number, time: string, id: import('../contract/ids.js').Id, messageId?: string, traceparent?: string, actor?: string,
 *   event: { type: string, [field: string]: unknown } }} LiveEvent
 *
 * @typedef {import('../../event-stream/event-stream.js').Place['seen']} SeenEvent
 *
 * @typedef {object} EventFeed
 * @property {() => void} reconnect opens a new connection, because the current one may be dead without an error
 * @property {() => void} stop
 */

/**
 * @param {string} path
 * @param {number} after position to start after
 * @param {SeenEvent} seen the last event that the list reflects
 * @param {object} on
 * @param {(event: LiveEvent) => void} on.event
 * @param {(position: number) => void} on.reset called with the current position if the stream does not continue from the last
 *   event or position: everything must be read again
 * @param {(isConnected: boolean) => void} on.connection
 * @returns {EventFeed}
 */
export function follow(path, after, seen, on) {
  /** @type {import('../../event-stream/event-stream.js').Place} */
  const place = { lastEventId: String(after), seen };
  let stopping = new AbortController();

  /** @param {AbortSignal} signal */
  async function run(signal) {
    const messages = followEventStream({
      open: (headers) => openStream(path, { headers, signal }),
      place,
      // Also after an error response: a gateway or a starting replica may send it.
      onFailure: () => undefined,
      onConnection: on.connection,
      signal,
    });
    for await (const { event, data } of messages) {
      if (signal.aborted) return;
      const content = JSON.parse(data);
      if (event === 'message') {
        place.seen = content;
        on.event(content);
      } else if (event === 'reset') {
        place.seen = undefined;
        on.reset(content.position);
      }
    }
  }

  void run(stopping.signal);
  return {
    stop: () => stopping.abort(),
    reconnect() {
      stopping.abort();
      stopping = new AbortController();
      void run(stopping.signal);
    },
  };
}

/** @param {string} path @param {RequestInit} options @returns {Promise<ReadableStream<Uint8Array>>} */
async function openStream(path, options) {
  const { ok, status, headers, body } = await fetch(toAddress(path), options);
  const isStream = headers.get('Content-Type')?.startsWith('text/event-stream');
  if (ok && isStream && body !== null) return body;
  await body?.cancel();
  throw new Error(`The response has status ${status} and is not an event stream.`);
}
