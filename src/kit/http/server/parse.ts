/** Reads what a request carries: parameters in its path and query, headers, and a JSON body. What is wrong becomes a problem. */

import type { IncomingHttpHeaders } from 'node:http';
import type { Context } from 'koa';
import readRawBody from 'raw-body';
import type { z } from 'zod';
import { parseEntityId } from '../../domain/entity-id.ts';
import { locateIssues, maxBodyBytes, parseJson } from '../../api/json.ts';
import { Problem } from '../../domain/problem.ts';
import {
  requestHeaderSchema,
  type RequestHeaderName,
  type RequestHeaders,
} from '../protocol/request-headers.ts';

/** @throws Problem `malformed` unless `text` is an id: 1, 2, 3 … */
export function parseId(text: string | undefined): number {
  const id = parseEntityId(text ?? '');
  if (id === undefined)
    throw new Problem('malformed', `"${text}" is not an id: a positive integer below 2^53.`);
  return id;
}

/** @throws Problem `malformed` with what is wrong with the parameters in the path. */
export function parseParams<T>(schema: z.ZodType<T>, params: unknown): T {
  return parseParameters(schema, params, 'The parameters in the path are not what they should be.');
}

/** @throws Problem `malformed` with what is wrong with the query parameters. */
export function parseQuery<T>(schema: z.ZodType<T>, query: unknown): T {
  return parseParameters(schema, query, 'The query parameters are not what they should be.');
}

function parseParameters<T>(schema: z.ZodType<T>, given: unknown, complaint: string): T {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new Problem('malformed', complaint, { locations: locateIssues(parsed.error) });
}

/**
 * The values of the named headers, undefined where the request has none.
 *
 * @param traceparent the request's own place in its trace.
 * @throws Problem `malformed` naming the header that has not its form.
 */
export function parseHeaders(
  names: readonly RequestHeaderName[],
  headers: IncomingHttpHeaders,
  traceparent?: string,
): RequestHeaders {
  const read = (name: RequestHeaderName) => headers[name.toLowerCase()];
  const given = names.filter((name) => read(name) !== undefined);
  // Most requests have none of them.
  if (given.length === 0) return { traceparent };
  const values = Object.fromEntries(given.map((name) => [name, read(name)]));
  const parsed = requestHeaderSchema(given).safeParse(values);
  if (parsed.success) return { ...parsed.data, traceparent };
  throw new Problem('malformed', `The header ${describeIssues(parsed.error)}.`);
}

function describeIssues({ issues }: z.ZodError): string {
  return issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('; ');
}

/**
 * The body, as `schema` wants it.
 *
 * @throws Problem `unsupported-media-type`, `too-large`, `malformed` (not JSON), `invalid` (JSON of another shape).
 */
export async function parseBody<T>(schema: z.ZodType<T>, { request, req }: Context): Promise<T> {
  if (!request.is('json', '+json')) {
    throw new Problem(
      'unsupported-media-type',
      'The body must be JSON: send Content-Type: application/json.',
    );
  }
  const charset = request.charset.toLowerCase();
  if (charset !== '' && charset !== 'utf-8' && charset !== 'utf8') {
    throw new Problem('unsupported-media-type', `The body must be UTF-8, not ${charset}.`);
  }
  const encoding = request.get('Content-Encoding');
  if (encoding !== '' && encoding !== 'identity') {
    throw new Problem('unsupported-media-type', `The body must not be compressed (${encoding}).`);
  }
  // raw-body throws http-errors: 413 for a body over the limit, 400 for one that was cut off.
  const bytes = await readRawBody(req, { limit: maxBodyBytes, length: request.length ?? null });
  return parseJson(schema, bytes);
}
