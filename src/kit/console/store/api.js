/** Requests to the service. A failed request resolves too; its `problem` is the problem document, its `status` 0 without a response. */

import { toAddress } from './path.js';

/**
 * @typedef {import('../../api/responses/documents.ts').ProblemDocument} Problem
 * @typedef {{ status: number, headers: Headers, body: any, problem: Problem | undefined }} ApiResponse
 * `body` is sent as JSON, and `rows` as they are: NDJSON.
 * @typedef {{ body?: unknown, rows?: string, headers?: Record<string, string> }} RequestOptions
 * @typedef {(method: string, path: string, options?: RequestOptions) => Promise<ApiResponse>} Request
 */

/** Request timeout in ms. The service responds to every request in less time. */
const timeoutMs = 40_000;
const ndjson = 'application/x-ndjson';
/** Delay in ms after a 429 without a `Retry-After`. */
const defaultRetryMs = 1_000;

/**
 * Returns a function that sends requests. A read that is rejected with 429 is sent again after the response's `Retry-After`;
 * no read is sent before then. A write that is rejected with 429 was not executed, and its response is returned.
 *
 * @param {() => string} readToken returns the bearer token for writes, or an empty string
 * @param {(waitMs: number | undefined) => void} onRateLimit called with the time for which reads wait, and with undefined
 *   once no read is waiting
 * @returns {Request}
 */
export function createRequest(readToken, onRateLimit) {
  /** When reads may be sent again, by `performance.now()`. */
  let resumeAt = 0;
  let waiting = 0;

  /** @type {Request} */
  async function send(method, path, { body, rows, headers = {} } = {}) {
    const token = readToken();
    try {
      const response = await fetch(toAddress(path), {
        method,
        headers: {
          ...(body !== undefined && { 'Content-Type': 'application/json' }),
          ...(rows !== undefined && {
            'Content-Type': ndjson,
            Accept: `${ndjson}, application/problem+json`,
          }),
          ...(token !== '' && method !== 'GET' && { Authorization: `Bearer ${token}` }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        ...(rows !== undefined && { body: rows }),
        signal: AbortSignal.timeout(timeoutMs),
      });
      return toResponse(response, await response.text());
    } catch (error) {
      const detail = `This replica does not respond (${error instanceof Error ? error.message : String(error)}).`;
      return toFailedResponse(0, new Headers(), 'No response', detail);
    }
  }

  return async (method, path, options) => {
    if (method !== 'GET') return send(method, path, options);
    let isWaiting = false;
    for (;;) {
      const waitMs = resumeAt - performance.now();
      if (waitMs > 0) {
        if (!isWaiting) waiting += 1;
        isWaiting = true;
        onRateLimit(waitMs);
        await sleep(waitMs);
        continue;
      }
      const response = await send(method, path, options);
      if (response.status === 429) {
        resumeAt = Math.max(resumeAt, performance.now() + retryAfterOf(response.headers));
        continue;
      }
      if (isWaiting) waiting -= 1;
      if (isWaiting && waiting === 0) onRateLimit(undefined);
      return response;
    }
  };
}

/** @param {number} milliseconds */
export const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** `Retry-After` in ms: seconds or a date (RFC 9110, section 10.2.3). @param {Headers} headers */
export function retryAfterOf(headers) {
  const value = headers.get('Retry-After') ?? '';
  const milliseconds = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return milliseconds > 0 ? milliseconds : defaultRetryMs;
}

/** @param {Response} response @param {string} text @returns {ApiResponse} */
function toResponse({ ok, status, headers }, text) {
  try {
    const isNdjson = headers.get('Content-Type') === ndjson;
    const body = isNdjson ? parseLines(text) : text === '' ? undefined : JSON.parse(text);
    if (ok || status === 304) return { status, headers, body, problem: undefined };
    if (typeof body?.detail === 'string') return { status, headers, body, problem: body };
  } catch {
    // A gateway in front of the service responds with HTML.
  }
  const detail = `The response has status ${status} and does not come from the service.`;
  // 502: what a gateway reports for an invalid response.
  return toFailedResponse(ok ? 502 : status, headers, 'Unexpected response', detail);
}

/** The last line is incomplete if the connection broke. @param {string} text @returns {unknown[]} */
function parseLines(text) {
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
}

/** @param {number} status @param {Headers} headers @param {string} title @param {string} detail @returns {ApiResponse} */
export function toFailedResponse(status, headers, title, detail) {
  return { status, headers, body: undefined, problem: { type: 'about:blank', title, status, detail } };
}

/** Read: the position that the response reflects. Write: the position of the appended event. @param {ApiResponse} response */
export function positionOf({ headers }) {
  return Number(headers.get('Stream-Position') ?? 0);
}

/** The last event that a list reflects. @param {ApiResponse} response */
export function lastEventOf({ headers }) {
  const [position, time] = headers.get('Last-Event')?.split('=') ?? [];
  return position === undefined || time === undefined ? undefined : { position: Number(position), time };
}

/** Path of the next page, from the Link header (RFC 8288). @param {ApiResponse} response */
export function nextPage({ headers }) {
  return /<([^>]+)>; rel="next"/.exec(headers.get('Link') ?? '')?.[1];
}

export function createIdempotencyKey() {
  // `crypto.randomUUID` is not available on pages served over plain HTTP.
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}
