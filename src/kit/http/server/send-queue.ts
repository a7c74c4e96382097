/**
 * Returns a function that sends responses after all input that is ready has been handled. So the responses to the requests of
 * one iteration of the event loop are written one after the other. A write wakes a client that waits, which takes longer than
 * the write itself; of writes that follow each other, only the first one has to (docs/decisions/0109).
 *
 * @returns `send` must not throw.
 */
export function createSendQueue(): (send: () => void) => void {
  let queue: (() => void)[] = [];
  function sendAll() {
    const sends = queue;
    queue = [];
    for (const send of sends) send();
  }
  return (send) => {
    // Immediates run after the sockets that are ready have been read.
    if (queue.push(send) === 1) setImmediate(sendAll);
  };
}
