/** Parser for Server-Sent Events (WHATWG HTML section 9.2.6). */

import { ProblemError } from './problem-error.ts';

export type ServerSentEvent = {
  /** Event name; `message` by default. */
  readonly event: string;
  /** Undefined in a block that carries only an id or a reconnection time. */
  readonly data: string | undefined;
  readonly id: string | undefined;
  /** Reconnection time in ms. */
  readonly retryMs: number | undefined;
};

/**
 * Ends when the body ends.
 *
 * @param idleTimeoutMs time without data after which the connection is considered dead, in ms
 * @throws ProblemError `unreachable` if the connection is lost or idle for too long
 */
export async function* readServerSentEvents(
  body: ReadableStream<Uint8Array>,
  idleTimeoutMs: number,
): AsyncGenerator<ServerSentEvent, void> {
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

function withTimeout<T>(milliseconds: number, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown) =>
      reject(new ProblemError('unreachable', 'The connection was lost.', { cause }));
    const timer = setTimeout(() => fail(new Error(`no data for ${milliseconds} ms`)), milliseconds);
    promise.then(resolve, fail).finally(() => clearTimeout(timer));
  });
}
