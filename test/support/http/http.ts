import * as assert from 'uvu/assert';
import type { ProblemCode } from '../../../src/kit/domain/problem.ts';
import { problemKinds } from '../../../src/kit/api/responses/problem-document.ts';

export type HttpResponse = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body; undefined if it is not JSON. */
  readonly body: unknown;
};

export type Send = (
  path: string,
  options?: {
    /** Body, sent as JSON with `Content-Type: application/json`. */
    readonly json?: unknown;
    /** Body, sent unchanged and without a Content-Type unless `headers` has one. */
    readonly raw?: string | Uint8Array;
    readonly headers?: Readonly<Record<string, string>>;
  },
) => Promise<HttpResponse>;

export type HttpClient = Readonly<
  Record<'get' | 'head' | 'options' | 'post' | 'put' | 'patch' | 'delete', Send>
>;

/** @param url base URL of the service: `http://127.0.0.1:5000`. */
export function createHttpClient(url: string): HttpClient {
  function sender(method: string): Send {
    return async (path, { json, raw, headers = {} } = {}) => {
      const body = json === undefined ? raw : JSON.stringify(json);
      const response = await fetch(url + path, {
        method,
        headers: { ...(json !== undefined && { 'Content-Type': 'application/json' }), ...headers },
        // fetch adds a Content-Type to a string body, but not to bytes.
        ...(body !== undefined && { body: Buffer.from(body) }),
      });
      const text = await response.text();
      return { status: response.status, headers: response.headers, text, body: parse(text) };
    };
  }
  return {
    get: sender('GET'),
    head: sender('HEAD'),
    options: sender('OPTIONS'),
    post: sender('POST'),
    put: sender('PUT'),
    patch: sender('PATCH'),
    delete: sender('DELETE'),
  };
}

/** Returns the `Stream-Position` header. Fails if there is none. */
export function positionOf({ headers }: HttpResponse): number {
  const position = headers.get('Stream-Position');
  assert.match(position ?? 'no Stream-Position', /^[0-9]+$/);
  return Number(position);
}

/** Asserts that the response is a complete problem document (RFC 9457) with this code and a matching detail. */
export function assertProblem(
  response: HttpResponse,
  code: ProblemCode,
  detail: string | RegExp = /./,
): void {
  const { status, headers, body } = response;
  const { status: expected, title } = problemKinds[code];
  assert.is(status, expected);
  assert.is(headers.get('Content-Type'), 'application/problem+json');
  assert.ok(typeof body === 'object' && body !== null && 'detail' in body && typeof body.detail === 'string');
  const { errors: _errors, ...rest } = { errors: undefined, ...body };
  assert.equal(rest, { type: `/problems/${code}`, title, status: expected, detail: body.detail });
  assert.match(body.detail, detail);
}

/** Returns the JSON Pointers of a problem document's `errors`, in order. */
export function pointersOf({ body }: HttpResponse): unknown[] {
  if (typeof body !== 'object' || body === null || !('errors' in body) || !Array.isArray(body.errors))
    return [];
  return body.errors.map((error: { pointer: unknown }) => error.pointer);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
