/** A REST client that behaves as ours should: it sends a write again, under the same key, until it gets a definite answer. */

import { randomUUID } from 'node:crypto';

export type Write = {
  readonly method: 'POST' | 'PUT' | 'DELETE';
  /** The entity that it names; a POST may leave that to the service. */
  readonly id?: number;
  readonly body?: Readonly<Record<string, unknown>>;
};

/** A definite answer to a write. */
export type WriteResult = {
  /** The write's Idempotency-Key, which is the message id in the log. */
  readonly key: string;
  readonly write: Write;
  readonly status: number;
  /** `Stream-Position`; 0 when the answer has none. */
  readonly position: number;
  readonly etag: string | null;
  /** The body as it was sent. */
  readonly text: string;
  /** How often the write was sent. */
  readonly attempts: number;
  /** When the answer came, in milliseconds since 1970. */
  readonly time: number;
};

export type SendOptions = {
  readonly key?: string;
  /** Milliseconds without a definite answer after which it is given up. */
  readonly patienceMs?: number;
  /** Gives it up at once. */
  readonly signal?: AbortSignal;
  /** Is called for every answer that is none: a 503, a lost connection, no answer in time. */
  onRetry?(reason: string): void;
};

/** Milliseconds that one try may take; the service itself gives up earlier. */
const tryTimeoutMs = 25_000;
const pauseMs = 25;

/** Whether the service did what it was asked to. */
export function isAcknowledged({ status }: WriteResult): boolean {
  return status >= 200 && status < 300;
}

/**
 * @param nextUrl where to send the next try: `http://127.0.0.1:5000/laptops`.
 * @throws when there is no definite answer in time.
 */
export async function sendWithRetry(
  nextUrl: () => string,
  write: Write,
  { key = randomUUID(), patienceMs = 60_000, signal, onRetry }: SendOptions = {},
): Promise<WriteResult> {
  const deadline = Date.now() + patienceMs;
  for (let attempts = 1; ; attempts++) {
    let reason: string;
    try {
      const response = await send(nextUrl(), write, key);
      const text = await response.text();
      const { status, headers } = response;
      if (status !== 503) {
        const position = Number(headers.get('stream-position') ?? 0);
        return { key, write, status, position, etag: headers.get('etag'), text, attempts, time: Date.now() };
      }
      reason = `503 ${text}`;
    } catch (error) {
      reason = String(error);
    }
    signal?.throwIfAborted();
    onRetry?.(reason);
    if (Date.now() >= deadline) throw new Error(`no answer to ${key} in ${patienceMs} ms: ${reason}`);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

function send(url: string, { method, id, body }: Write, key: string): Promise<Response> {
  return fetch(method === 'POST' ? url : `${url}/${id}`, {
    method,
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key },
    signal: AbortSignal.timeout(tryTimeoutMs),
    ...(body !== undefined && { body: JSON.stringify(method === 'POST' ? { id, ...body } : body) }),
  });
}
