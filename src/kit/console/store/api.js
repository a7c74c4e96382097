/** Requests to the service. A failed request resolves too; its `problem` is the problem document. */

/**
 * @typedef {import('../../api/documents.ts').ProblemDocument} Problem
 * @typedef {{ status: number, headers: Headers, body: any, problem: Problem | undefined }} ApiResponse
 * @typedef {(method: string, path: string, options?: { body?: unknown, headers?: Record<string, string> }) => Promise<ApiResponse>} Request
 */

/** Request timeout in ms. The service responds to every request in less time. */
const timeoutMs = 40_000;

/**
 * @param {() => string} readToken returns the bearer token for writes, or an empty string
 * @returns {Request}
 */
export function createRequest(readToken) {
  return async (method, path, { body, headers = {} } = {}) => {
    const token = readToken();
    try {
      const response = await fetch(path, {
        method,
        headers: {
          ...(body !== undefined && { 'Content-Type': 'application/json' }),
          ...(token !== '' && method !== 'GET' && { Authorization: `Bearer ${token}` }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(timeoutMs),
      });
      const text = await response.text();
      const content = text === '' ? undefined : JSON.parse(text);
      const problem = response.ok || response.status === 304 ? undefined : content;
      return { status: response.status, headers: response.headers, body: content, problem };
    } catch (error) {
      return toFailedResponse(error);
    }
  };
}

/**
 * For a missing or unreadable response.
 *
 * @param {unknown} error
 * @returns {ApiResponse}
 */
function toFailedResponse(error) {
  const problem = {
    type: 'about:blank',
    title: 'No response',
    status: 503,
    detail: `This replica does not respond (${error instanceof Error ? error.message : String(error)}).`,
  };
  return { status: 0, headers: new Headers(), body: undefined, problem };
}

/** Read: the position that the response reflects. Write: the position of the appended event. @param {ApiResponse} response */
export function positionOf({ headers }) {
  return Number(headers.get('Stream-Position') ?? 0);
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
