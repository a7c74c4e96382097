/** Follows the live events. After an interruption, continues from the last position seen, so no event is missed. */

/**
 * @typedef {{ position: number, time: string, id: import('./contract.js').Id, messageId?: string, traceparent?: string, actor?: string,
 *   event: { type: string, [field: string]: unknown } }} LiveEvent
 *
 * @typedef {object} EventFeed
 * @property {() => void} reconnect opens a new connection, because the current one may be dead without an error
 * @property {() => void} stop
 */

/** Reconnection delay in ms when the browser does not reconnect by itself; doubled after each failure, up to the limit. */
const reconnectDelayMs = 1_000;
const maxReconnectDelayMs = 8_000;

/**
 * @param {string} path
 * @param {number} after position to start after
 * @param {object} on
 * @param {(event: LiveEvent) => void} on.event
 * @param {() => void} on.reset called if the position is no longer in the stream: everything must be read again
 * @param {(isConnected: boolean) => void} on.connection
 * @returns {EventFeed}
 */
export function follow(path, after, on) {
  let position = after;
  let delayMs = reconnectDelayMs;
  /** @type {EventSource} */
  let source;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let retryTimer;

  function open() {
    clearTimeout(retryTimer);
    const current = new EventSource(`${path}?after=${position}`);
    source = current;
    current.addEventListener('open', () => {
      delayMs = reconnectDelayMs;
      on.connection(true);
    });
    current.addEventListener('message', ({ data }) => {
      const event = JSON.parse(data);
      position = event.position;
      on.event(event);
    });
    current.addEventListener('reset', ({ data }) => {
      position = JSON.parse(data).position;
      on.reset();
    });
    current.addEventListener('error', () => {
      on.connection(false);
      // The browser reconnects after a lost connection, but not after an error response, whose status and headers it hides.
      if (current !== source || current.readyState !== EventSource.CLOSED) return;
      retryTimer = setTimeout(open, delayMs);
      delayMs = Math.min(delayMs * 2, maxReconnectDelayMs);
    });
  }

  function stop() {
    clearTimeout(retryTimer);
    source.close();
  }

  open();
  return {
    stop,
    reconnect() {
      delayMs = reconnectDelayMs;
      stop();
      open();
    },
  };
}
