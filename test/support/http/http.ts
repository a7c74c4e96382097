/** HTTP as the tests speak it: one request, and its answer with the body already read. */

import * as assert from 'uvu/assert';
import type { ProblemCode } from '../../../src/kit/domain/problem.ts';
import { problemKinds } from '../../../src/kit/api/problem-document.ts';

export type HttpResponse = {
  readonly status: number;
  readonly headers: Headers;
  /** The body as it came. */
  readonly text: string;
  /** The body as JSON; undefined when it is empty or something else. */
  readonly body: unknown;
};

export type Send = (
  path: string,
  options?: {
    /** Sent as JSON, with its media type. */
    readonly json?: unknown;
    /** Sent as it is; without a media type unless `headers` give one. */
    readonly raw?: string | Uint8Array;
    readonly headers?: Readonly<Record<string, string>>;
  },
) => Promise<HttpResponse>;

export type HttpClient = Readonly<
  Record<'get' | 'head' | 'options' | 'post' | 'put' | 'patch' | 'delete', Send>
>;

/** @param url where the service answers: `http://127.0.0.1:5000` */
export function createHttpClient(url: string): HttpClient {
  function sender(method: string): Send {
    return async (path, { json, raw, headers = {} } = {}) => {
      const body = json === undefined ? raw : JSON.stringify(json);
      const response = await fetch(url + path, {
        method,
        headers: { ...(json !== undefined && { 'Content-Type': 'application/json' }), ...headers },
        // Given bytes, fetch adds no media type of its own.
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

/** The position that the answer says it shows, or that its write has. */
export function positionOf({ headers }: HttpResponse): number {
  const position = headers.get('Stream-Position');
  assert.match(position ?? 'no Stream-Position', /^[0-9]+$/);
  return Number(position);
}

/** The answer is a problem document of this code (RFC 9457), with all that one has; its detail matches `detail`. */
export function assertProblem(answer: HttpResponse, code: ProblemCode, detail: string | RegExp = /./): void {
  const { status, headers, body } = answer;
  const { status: expected, title } = problemKinds[code];
  assert.is(status, expected);
  assert.is(headers.get('Content-Type'), 'application/problem+json');
  assert.ok(typeof body === 'object' && body !== null && 'detail' in body && typeof body.detail === 'string');
  const { errors: _errors, ...rest } = { errors: undefined, ...body };
  assert.equal(rest, { type: `/problems/${code}`, title, status: expected, detail: body.detail });
  assert.match(body.detail, detail);
}

/** The JSON Pointers of a problem document's `errors`, in their order. */
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
