/** Requests to the service. An answer that says no is an answer: what went wrong stands in its problem document. */

/**
 * @typedef {import('../../api/documents.ts').ProblemDocument} Problem
 * @typedef {{ status: number, headers: Headers, body: any, problem: Problem | undefined }} Answer
 * @typedef {(method: string, path: string, options?: { body?: unknown, headers?: Record<string, string> }) => Promise<Answer>} Request
 */

/** Milliseconds after which a request counts as not answered: longer than any answer of the service takes. */
const patienceMs = 40_000;

/**
 * @param {() => string} readToken the bearer token that writes are sent with; empty: none
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
        signal: AbortSignal.timeout(patienceMs),
      });
      const text = await response.text();
      const content = text === '' ? undefined : JSON.parse(text);
      const problem = response.ok || response.status === 304 ? undefined : content;
      return { status: response.status, headers: response.headers, body: content, problem };
    } catch (error) {
      return unanswered(error);
    }
  };
}

/**
 * No answer, or none that can be read.
 *
 * @param {unknown} error
 * @returns {Answer}
 */
function unanswered(error) {
  const problem = {
    type: 'about:blank',
    title: 'No answer',
    status: 503,
    detail: `This replica does not answer (${error instanceof Error ? error.message : String(error)}).`,
  };
  return { status: 0, headers: new Headers(), body: undefined, problem };
}

/** The position that an answer shows, or that its write has. @param {Answer} answer */
export function positionOf({ headers }) {
  return Number(headers.get('Stream-Position') ?? 0);
}

/** Where the next page is, if there is one (RFC 8288). @param {Answer} answer */
export function nextPage({ headers }) {
  return /<([^>]+)>; rel="next"/.exec(headers.get('Link') ?? '')?.[1];
}

/** A new id for a command: sent again with it, the command is carried out once. */
export function createKey() {
  // Not `crypto.randomUUID`, which pages that came by plain HTTP do not have.
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}
