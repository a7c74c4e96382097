/** Reads Server-Sent Events from the body of an answer (WHATWG HTML section 9.2.6). */

import { ProblemError } from './problem-error.ts';

export type ServerSentEvent = {
  /** `message` when the event has no name. */
  readonly event: string;
  /** Its data; undefined in what only carries an id or a time to come back. */
  readonly data: string | undefined;
  readonly id: string | undefined;
  /** Milliseconds after which to come back when the connection ends. */
  readonly retryMs: number | undefined;
};

/**
 * Ends when the body ends.
 *
 * @param silenceMs milliseconds without a byte after which the connection counts as dead.
 * @throws ProblemError `unreachable` when the connection breaks, or is dead.
 */
export async function* readServerSentEvents(
  body: ReadableStream<Uint8Array>,
  silenceMs: number,
): AsyncGenerator<ServerSentEvent, void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await within(silenceMs, reader.read());
      if (done) return;
      rest += decoder.decode(value, { stream: true });
      // A carriage return at the end may be half of a line's end.
      const whole = rest.endsWith('\r') ? rest.length - 1 : rest.length;
      const blocks = rest.slice(0, whole).replaceAll(/\r\n?/g, '\n').split('\n\n');
      rest = (blocks.pop() ?? '') + rest.slice(whole);
      for (const block of blocks) yield parseBlock(block);
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function parseBlock(block: string): ServerSentEvent {
  let event = 'message';
  let id: string | undefined;
  let retryMs: number | undefined;
  const data: string[] = [];
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

function within<T>(milliseconds: number, coming: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown) =>
      reject(new ProblemError('unreachable', 'The connection broke off.', { cause }));
    const timer = setTimeout(() => fail(new Error(`nothing for ${milliseconds} ms`)), milliseconds);
    coming.then(resolve, fail).finally(() => clearTimeout(timer));
  });
}
