/** Sends requests over HTTP: with a token, within a time, and again when that is safe and may help. */

import { ProblemError, readProblem } from './problem-error.ts';

export type TransportOptions = {
  /** A bearer token for every request, or what gives one. */
  readonly token?: string | (() => string | Promise<string>);
  /** How often a request is sent at most, the first time included; default 5. */
  readonly maxAttempts?: number;
  /** Milliseconds that an answer may take to begin, and one that is no stream to end; default 30000. */
  readonly timeoutMs?: number;
  /** Instead of the global `fetch`. */
  readonly fetch?: typeof fetch;
};

export type CallOptions = {
  /** A bearer token for this request. */
  readonly token?: string | undefined;
  /** Ends the request; what was awaited is rejected with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
};

export type ClientRequest = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Relative to the service, with its query: `laptops?limit=10`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Makes a write safe to send again. */
  readonly idempotencyKey?: string;
};

export type ClientAnswer = {
  readonly headers: Headers;
  readonly text: string;
};

export type Transport = {
  /**
   * Sends a request until it gets an answer that another try would not change. A read changes nothing and a write
   * carries its key, so both are safe to send again.
   *
   * @throws ProblemError for every answer that is no success, and when there is none.
   */
  send(request: ClientRequest, options: CallOptions): Promise<ClientAnswer>;
  /** Sends a request once; the body of the answer may come for as long as it likes. @throws ProblemError as `send`. */
  open(request: ClientRequest, options: CallOptions): Promise<Response>;
};

/** The first pause before another attempt in milliseconds, doubled every time, and the longest one. */
const firstPauseMs = 100;
const maxPauseMs = 10_000;
/** The longest pause, in milliseconds, that a service may ask for; beyond it the caller has to decide. */
const maxRetryAfterMs = 60_000;

const passingCodes: ReadonlySet<string> = new Set([
  'unavailable',
  'too-many-requests',
  'too-slow',
  'unreachable',
]);

/** Whether another attempt may end in another way. */
export function isPassing(error: unknown): error is ProblemError {
  return error instanceof ProblemError && passingCodes.has(error.code);
}

export function createTransport(baseUrl: string | URL, options: TransportOptions = {}): Transport {
  const { maxAttempts = 5, timeoutMs = 30_000 } = options;
  const base = new URL(`${String(baseUrl).replace(/\/+$/, '')}/`);

  async function open(request: ClientRequest, { token, signal }: CallOptions): Promise<Response> {
    const { method, path, headers, body, idempotencyKey } = request;
    const bearer = token ?? (typeof options.token === 'function' ? await options.token() : options.token);
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    const response = await (options.fetch ?? fetch)(new URL(path, base), {
      method,
      headers: {
        Accept: 'application/json',
        ...headers,
        ...(bearer !== undefined && { Authorization: `Bearer ${bearer}` }),
        ...(idempotencyKey !== undefined && { 'Idempotency-Key': `"${idempotencyKey}"` }),
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: signal === undefined ? late.signal : AbortSignal.any([signal, late.signal]),
    })
      .catch((cause: unknown) => {
        throw new ProblemError('unreachable', `No answer came from ${base.host}.`, { idempotencyKey, cause });
      })
      .finally(() => clearTimeout(timer));
    if (response.ok) return response;
    throw await readProblem(response, idempotencyKey);
  }

  async function attempt(request: ClientRequest, options: CallOptions): Promise<ClientAnswer> {
    const response = await open(request, options);
    const text = await response.text().catch((cause: unknown) => {
      const { idempotencyKey } = request;
      throw new ProblemError('unreachable', `The answer of ${base.host} broke off.`, {
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
        const either = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
        try {
          return await attempt(request, { token, signal: either });
        } catch (error) {
          signal?.throwIfAborted();
          if (!isPassing(error) || attempts >= maxAttempts) throw error;
          const { retryAfterMs = backOff(attempts) } = error;
          if (retryAfterMs > maxRetryAfterMs) throw error;
          await pause(retryAfterMs, signal);
        }
      }
    },
  };
}

/** Milliseconds to wait after so many failures in a row: longer every time, and not the same for all clients. */
export function backOff(failures: number): number {
  const most = Math.min(maxPauseMs, firstPauseMs * 2 ** failures);
  return most / 2 + (Math.random() * most) / 2;
}

/** Waits, and rejects with the signal's reason when that comes first. */
export function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, milliseconds);
    signal?.addEventListener('abort', abort, { once: true });
    if (signal?.aborted) abort();
  });
}
