/** Follows an event stream of a service, for the client and, unchanged, for the web console. */

import { backOff, delay } from './retry.js';
import { readServerSentEvents } from './server-sent-events.js';

/**
 * Where to continue in the stream of events.
 *
 * @typedef {object} Place
 * @property {string | undefined} lastEventId position of the last event, or of a later heartbeat; undefined: new events only
 * @property {{ readonly position: number, readonly time: string } | undefined} seen the last event received, with which the
 *   service recognises that the stream was replaced
 *
 * @typedef {object} EventStreamOptions
 * @property {(headers: Record<string, string>) => Promise<ReadableStream<Uint8Array>>} open sends the request
 * @property {Place} place kept up to date, except that the caller sets `seen` to each event that it receives
 * @property {(error: unknown) => number | undefined} onFailure called with the error of a connection; returns the time to wait
 *   before the next one, in ms, or undefined for the default. If it throws, so does `followEventStream`
 * @property {(isConnected: boolean) => void} [onConnection]
 * @property {AbortSignal | undefined} [signal]
 */

/** A connection without data for this long is considered dead, in ms. The service sends a heartbeat every 15 s. */
const idleTimeoutMs = 45_000;

/**
 * Yields the events that have data until `signal` aborts. Reconnects whenever the connection is lost, and continues at `place`.
 *
 * @param {EventStreamOptions} options
 * @returns {AsyncGenerator<{ readonly event: string, readonly data: string }, void>}
 */
export async function* followEventStream({ open, place, onFailure, onConnection, signal }) {
  let failures = 0;
  while (!signal?.aborted) {
    /** @type {number | undefined} */
    let reconnectDelayMs;
    try {
      const body = await open(headersOf(place));
      onConnection?.(true);
      for await (const { event, data, id, retryMs } of readServerSentEvents(body, idleTimeoutMs)) {
        failures = 0;
        reconnectDelayMs = retryMs ?? reconnectDelayMs;
        place.lastEventId = id ?? place.lastEventId;
        if (data !== undefined) yield { event, data };
      }
    } catch (error) {
      if (signal?.aborted) return;
      const requestedMs = onFailure(error);
      reconnectDelayMs ??= requestedMs;
    }
    if (signal?.aborted) return;
    onConnection?.(false);
    failures += 1;
    await delay(reconnectDelayMs ?? backOff(failures), signal).catch(() => undefined);
  }
}

/** @param {Place} place @returns {Record<string, string>} */
function headersOf({ lastEventId, seen }) {
  return {
    Accept: 'text/event-stream',
    ...(lastEventId !== undefined && { 'Last-Event-ID': lastEventId }),
    ...(seen !== undefined && { 'Seen-Event': `${seen.position}=${seen.time}` }),
  };
}
