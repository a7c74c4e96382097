/** Follows the live events, for ever: after any interruption from the position that was seen last, so none is missed. */

/**
 * @typedef {{ position: number, time: string, id: number, messageId?: string, traceparent?: string,
 *   event: { type: string, [field: string]: unknown } }} LiveEvent
 *
 * @typedef {object} Following
 * @property {() => void} reopen opens a new connection: the old one may be dead without a word
 * @property {() => void} stop
 */

/** Milliseconds before another try, where the browser makes none by itself. */
const retryMs = 1_000;

/**
 * @param {string} path
 * @param {number} after the position after which it begins
 * @param {object} on
 * @param {(event: LiveEvent) => void} on.event
 * @param {() => void} on.reset what was asked for is not in the stream any more: everything has to be read again
 * @param {(isConnected: boolean) => void} on.connection
 * @returns {Following}
 */
export function follow(path, after, on) {
  let position = after;
  /** @type {EventSource} */
  let source;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let retry;

  function open() {
    clearTimeout(retry);
    const current = new EventSource(`${path}?after=${position}`);
    source = current;
    current.addEventListener('open', () => on.connection(true));
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
      // A connection that breaks is opened again by the browser; one that is refused is not.
      if (current === source && current.readyState === EventSource.CLOSED) retry = setTimeout(open, retryMs);
    });
  }

  function stop() {
    clearTimeout(retry);
    source.close();
  }

  open();
  return {
    stop,
    reopen() {
      stop();
      open();
    },
  };
}
