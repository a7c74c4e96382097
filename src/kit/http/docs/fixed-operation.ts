/** Operations that answer with what stays the same for as long as the process lives: documents, pages, and their files. */

import { createHash } from 'node:crypto';
import type { Context } from 'koa';
import { z } from 'zod';
import { matchesWeakly, readCondition } from '../protocol/conditional.ts';
import { contentSecurityPolicy } from './html.ts';
import { defineOperation, type Operation } from '../server/operation.ts';
import type { RequestHeaders } from '../protocol/request-headers.ts';

/** The group of those that explain the service. */
export const documentTag = 'documents';

export type Fixed = {
  readonly name: string;
  readonly path: string;
  readonly summary: string;
  readonly mediaType: string;
  readonly schema?: z.ZodType;
  /** Default: caches ask each time whether it is still the same. */
  readonly cacheControl?: string;
  /** Called once, for the first client that asks. */
  content(): string | Buffer;
};

/** Answers with what stays the same for as long as the process lives. */
export function fixedOperation({
  name,
  path,
  summary,
  mediaType,
  schema,
  cacheControl,
  content,
}: Fixed): Operation {
  let made: Representation | undefined;
  return defineOperation({
    method: 'get',
    paths: [path],
    name,
    summary,
    tag: documentTag,
    headers: ['If-None-Match'],
    responses: describeResponses(summary, mediaType, schema),
    problems: [],
    handle({ ctx, headers }) {
      made ??= represent(mediaType, content(), cacheControl);
      respond(ctx, headers, made);
    },
  });
}

export function describeResponses(
  summary: string,
  mediaType: string,
  schema: z.ZodType = z.string(),
): Operation['responses'] {
  const headers = ['ETag', 'Cache-Control'] as const;
  const policy = mediaType === 'text/html' ? (['Content-Security-Policy'] as const) : [];
  return {
    200: { description: `${summary}.`, headers: [...headers, ...policy], body: schema, mediaType },
    304: { description: 'It is what If-None-Match names.', headers: [...headers, ...policy] },
  };
}

type Representation = {
  readonly mediaType: string;
  readonly bytes: Buffer;
  readonly entityTag: string;
  readonly cacheControl: string;
};

export function represent(
  mediaType: string,
  content: string | Buffer,
  cacheControl = 'no-cache',
): Representation {
  const bytes = Buffer.from(content);
  // Weak, because the bytes may be compressed on their way.
  const entityTag = `W/"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
  return { mediaType, bytes, entityTag, cacheControl };
}

export function respond(
  ctx: Context,
  headers: RequestHeaders,
  { mediaType, bytes, entityTag, cacheControl }: Representation,
): void {
  ctx.set('ETag', entityTag);
  ctx.set('Cache-Control', cacheControl);
  if (mediaType === 'text/html') ctx.set('Content-Security-Policy', contentSecurityPolicy);
  const condition = readCondition(headers['If-None-Match']);
  if (condition !== undefined && matchesWeakly(condition, entityTag)) {
    ctx.status = 304;
    return;
  }
  // With `charset=utf-8` where it is text.
  ctx.type = mediaType;
  ctx.body = bytes;
}
