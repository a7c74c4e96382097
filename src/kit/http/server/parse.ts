/** Parses the path and query parameters, headers and JSON body of a request. Throws a Problem for invalid input. */

import type { IncomingHttpHeaders } from 'node:http';
import type { Context } from 'koa';
import readRawBody from 'raw-body';
import type { z } from 'zod';
import { jsonMediaType } from './operation.ts';
import type { Id } from '../../domain/entity-id.ts';
import { integerId, type IdType } from '../../domain/id-type.ts';
import { maxBodyBytes, parseJson, type ParsedJson } from '../../api/requests/json.ts';
import { locateIssues } from '../../api/requests/locate-issues.ts';
import { normalizeTexts } from '../../api/requests/normalize.ts';
import { Problem } from '../../domain/problem.ts';
import {
  requestHeaderSchemas,
  type RequestHeaderName,
  type RequestHeaders,
} from '../protocol/request-headers.ts';

/** @throws Problem `malformed` unless `text` is an id. */
export function parseId(text: string | undefined, type: IdType = integerId): Id {
  const id = type.parse(text ?? '');
  if (id === undefined)
    throw new Problem('malformed', `"${text}" is not an id. An id is ${type.description}.`);
  return id;
}

/** @throws Problem `malformed` that lists the invalid path parameters. */
export function parseParams<T>(schema: z.ZodType<T>, params: unknown): T {
  return parseParameters(schema, params, 'The path parameters are invalid.');
}

/** @throws Problem `malformed` that lists the invalid query parameters. */
export function parseQuery<T>(schema: z.ZodType<T>, query: unknown): T {
  return parseParameters(schema, query, 'The query parameters are invalid.');
}

function parseParameters<T>(schema: z.ZodType<T>, values: unknown, detail: string): T {
  const parsed = schema.safeParse(normalizeTexts(values));
  if (parsed.success) return parsed.data;
  const locations = locateIssues(parsed.error, schema, 'parameter').map(({ pointer, detail: reason }) => ({
    pointer,
    // The value of a parameter that is repeated is an array.
    detail: Array.isArray(Object(values)[pointer.slice(1)]) ? 'must be given only once' : reason,
  }));
  throw new Problem('malformed', detail, { locations });
}

/**
 * Returns the values of the named headers; undefined for those that the request does not have.
 *
 * @param traceparent the trace context of the request.
 * @throws Problem `malformed` that names the invalid header.
 */
export function parseHeaders(
  names: readonly RequestHeaderName[],
  headers: IncomingHttpHeaders,
  traceparent?: string,
): RequestHeaders {
  const values: { [Name in RequestHeaderName]?: string } = {};
  const issues: string[] = [];
  for (const name of names) {
    const value = headers[name.toLowerCase()];
    if (value === undefined) continue;
    const parsed = requestHeaderSchemas[name].safeParse(value);
    if (parsed.success) values[name] = parsed.data;
    else issues.push(...parsed.error.issues.map(({ message }) => `${name} ${message}`));
  }
  if (issues.length === 0) return { ...values, traceparent };
  throw new Problem('malformed', `The header ${issues.join('; ')}.`);
}

/**
 * Parses the body with `schema`.
 *
 * @param mediaTypes the media types that the operation accepts. The first one is that of this body: JSON, or a patch.
 * @throws Problem `unsupported-media-type`, `too-large`, `malformed` (not JSON), `invalid` (JSON of another shape).
 */
export async function parseBody<T>(
  schema: z.ZodType<T>,
  ctx: Context,
  mediaTypes: readonly string[] = [jsonMediaType],
): Promise<ParsedJson<T>> {
  const [mediaType = jsonMediaType] = mediaTypes;
  if (!hasMediaType(ctx, mediaType)) {
    const accepted = mediaTypes.join(', ');
    // What would be accepted (RFC 9110, section 15.5.16; RFC 5789, section 2.2).
    ctx.set(ctx.method === 'PATCH' ? 'Accept-Patch' : 'Accept', accepted);
    const detail = `The body must be JSON: send Content-Type: ${mediaTypes.join(' or ')}.`;
    throw new Problem('unsupported-media-type', detail);
  }
  assertReadable(ctx);
  return parseJson(schema, await readBytes(ctx, maxBodyBytes));
}

/** Whether the body has the media type. JSON may have any type that ends in `+json`. */
export function hasMediaType({ request }: Context, mediaType: string): boolean {
  const types = mediaType === jsonMediaType ? ['json', '+json'] : [mediaType];
  return typeof request.is(...types) === 'string';
}

/** @throws Problem `unsupported-media-type` unless the body is in UTF-8 and not compressed. */
export function assertReadable(ctx: Context): void {
  const { request } = ctx;
  const charset = request.charset.toLowerCase();
  if (charset !== '' && charset !== 'utf-8' && charset !== 'utf8') {
    throw new Problem('unsupported-media-type', `The body must be UTF-8, not ${charset}.`);
  }
  const encoding = request.get('Content-Encoding');
  if (encoding !== '' && encoding.toLowerCase() !== 'identity') {
    ctx.set('Accept-Encoding', 'identity');
    const detail = `The body must not be compressed (${encoding}): send it without Content-Encoding.`;
    throw new Problem('unsupported-media-type', detail);
  }
}

/** Reads the body. raw-body throws http-errors: 413 for a body over the limit, 400 for one that was cut off. */
export async function readBytes({ req, request }: Context, limit: number): Promise<Buffer> {
  try {
    return await readRawBody(req, { limit, length: request.length ?? null });
  } catch (error) {
    const isTooLarge = error instanceof Error && 'status' in error && error.status === 413;
    if (!isTooLarge) throw error;
    throw new Problem('too-large', `The body is larger than ${limit} bytes, the maximum.`, { cause: error });
  }
}
