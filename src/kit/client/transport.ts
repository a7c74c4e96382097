import { backOff, delay } from '../event-stream/retry.js';
import { ProblemError, readProblem } from './problem-error.ts';

export type TransportOptions = {
  /** Bearer token for every request, or a function that returns one. */
  readonly token?: string | (() => string | Promise<string>);
  /** Maximum number of attempts per request, including the first; default 5. */
  readonly maxAttempts?: number;
  /** Time limit in ms for response headers and, except for event streams, for the whole response; default 30000. */
  readonly timeoutMs?: number;
  /** Replaces the global `fetch`. */
  readonly fetch?: typeof fetch;
};

export type CallOptions = {
  /** Bearer token for this request; overrides that of the client. */
  readonly token?: string | undefined;
  /** Aborts the request, which rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
};

export type ClientRequest = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path and query relative to the base URL: `laptops?limit=10`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is, instead of `body`. */
  readonly text?: string;
  /** Makes retries of a write safe. */
  readonly idempotencyKey?: string;
};

export type ClientResponse = {
  readonly headers: Headers;
  readonly text: string;
};

export type Transport = {
  /**
   * Sends a request and retries transient failures. Retries are safe, because reads have no side effects and writes
   * carry an idempotency key.
   *
   * @throws ProblemError for an unsuccessful or missing response
   */
  send(request: ClientRequest, options: CallOptions): Promise<ClientResponse>;
  /** Sends a request once, without a time limit for the response body. @throws ProblemError as `send` does */
  open(request: ClientRequest, options: CallOptions): Promise<Response>;
};

/** Longest `Retry-After` that the client waits for, in ms. With a longer one, the request fails. */
const maxRetryAfterMs = 60_000;

const retryableCodes: ReadonlySet<string> = new Set([
  'unavailable',
  'too-many-requests',
  'too-slow',
  'unreachable',
]);

export function isRetryable(error: unknown): error is ProblemError {
  return error instanceof ProblemError && retryableCodes.has(error.code);
}

export function createTransport(baseUrl: string | URL, options: TransportOptions = {}): Transport {
  const { maxAttempts = 5, timeoutMs = 30_000 } = options;
  const base = new URL(`${String(baseUrl).replace(/\/+$/, '')}/`);

  async function open(request: ClientRequest, { token, signal }: CallOptions): Promise<Response> {
    const { method, path, headers, body, text, idempotencyKey } = request;
    const bearer = token ?? (typeof options.token === 'function' ? await options.token() : options.token);
    const timeout = new AbortController();
    const timer = setTimeout(() => timeout.abort(new Error(`no response within ${timeoutMs} ms`)), timeoutMs);
    const response = await (options.fetch ?? fetch)(new URL(path, base), {
      method,
      headers: {
        Accept: 'application/json',
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...headers,
        ...(bearer !== undefined && { Authorization: `Bearer ${bearer}` }),
        ...(idempotencyKey !== undefined && { 'Idempotency-Key': `"${idempotencyKey}"` }),
      },
      // Undefined without a body.
      body: text ?? JSON.stringify(body),
      signal: signal === undefined ? timeout.signal : AbortSignal.any([signal, timeout.signal]),
    })
      .catch((cause: unknown) => {
        throw new ProblemError('unreachable', `No response from ${base.host}.`, { idempotencyKey, cause });
      })
      .finally(() => clearTimeout(timer));
    if (response.ok) return response;
    throw await readProblem(response, idempotencyKey);
  }

  async function attempt(request: ClientRequest, options: CallOptions): Promise<ClientResponse> {
    const response = await open(request, options);
    const text = await response.text().catch((cause: unknown) => {
      const { idempotencyKey } = request;
      throw new ProblemError('unreachable', `The response from ${base.host} was interrupted.`, {
        idempotencyKey,
        cause,
      });
    });
    return { headers: response.headers, text };
  }

  return {
    open,

    async send(request, { token, signal }) {
      for (let attempts = 1; ; attempts++) {
        const timeout = AbortSignal.timeout(timeoutMs);
        const combined = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
        try {
          return await attempt(request, { token, signal: combined });
        } catch (error) {
          signal?.throwIfAborted();
          if (!isRetryable(error) || attempts >= maxAttempts) throw error;
          const { retryAfterMs = backOff(attempts) } = error;
          if (retryAfterMs > maxRetryAfterMs) throw error;
          await delay(retryAfterMs, signal);
        }
      }
    },
  };
}
