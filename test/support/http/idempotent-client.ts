/** A REST client that retries a write with the same Idempotency-Key until it gets a definite response. */

import { randomUUID } from 'node:crypto';

export type Write = {
  readonly method: 'POST' | 'PUT' | 'DELETE';
  /** Id of the entity. For a POST without an id, the service generates one. */
  readonly id?: number;
  readonly body?: Readonly<Record<string, unknown>>;
};

/** A definite response to a write: any status but 503. */
export type WriteResult = {
  /** Idempotency-Key of the write, which is also the message id of its event. */
  readonly key: string;
  readonly write: Write;
  readonly status: number;
  /** `Stream-Position`; 0 if the response has none. */
  readonly position: number;
  readonly etag: string | null;
  /** Response body. */
  readonly text: string;
  /** Number of requests sent. */
  readonly attempts: number;
  /** Time of the response, in ms since the epoch. */
  readonly time: number;
};

export type SendOptions = {
  readonly key?: string;
  /** Total time for all attempts, in ms; default 60,000. */
  readonly timeoutMs?: number;
  /** Headers in addition to those of the write. */
  readonly headers?: Readonly<Record<string, string>>;
  /** When aborted, prevents further attempts. */
  readonly signal?: AbortSignal;
  /** Called before every retry: after a 503, a lost connection or a timeout. */
  onRetry?(reason: string): void;
};

/** Timeout of one attempt, in ms. The service's own timeout is shorter. */
const attemptTimeoutMs = 25_000;
const pauseMs = 25;

export function isAcknowledged({ status }: WriteResult): boolean {
  return status >= 200 && status < 300;
}

/**
 * @param nextUrl returns the collection URL for the next attempt: `http://127.0.0.1:5000/laptops`.
 * @throws if there is no definite response within the timeout.
 */
export async function sendWithRetry(
  nextUrl: () => string,
  write: Write,
  { key = randomUUID(), timeoutMs = 60_000, headers: given = {}, signal, onRetry }: SendOptions = {},
): Promise<WriteResult> {
  const deadline = Date.now() + timeoutMs;
  for (let attempts = 1; ; attempts++) {
    let reason: string;
    try {
      const response = await send(nextUrl(), write, { ...given, 'Idempotency-Key': key });
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
    if (Date.now() >= deadline)
      throw new Error(`no definite response to ${key} within ${timeoutMs} ms: ${reason}`);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

function send(
  url: string,
  { method, id, body }: Write,
  headers: Readonly<Record<string, string>>,
): Promise<Response> {
  return fetch(method === 'POST' ? url : `${url}/${id}`, {
    method,
    headers: { 'Content-Type': 'application/json', ...headers },
    signal: AbortSignal.timeout(attemptTimeoutMs),
    ...(body !== undefined && { body: JSON.stringify(method === 'POST' ? { id, ...body } : body) }),
  });
}
