/** Operations whose content does not change while the process runs: documents, pages and their files. */

import { createHash } from 'node:crypto';
import type { Context } from 'koa';
import { z } from 'zod';
import { isUnchanged } from '../protocol/conditional.ts';
import { contentSecurityPolicy } from './html.ts';
import { defineOperation, type Operation } from '../server/operation.ts';
import type { RequestHeaders } from '../protocol/request-headers.ts';

/** OpenAPI tag of these operations. */
export const documentTag = 'documents';

export type FixedContent = {
  readonly name: string;
  readonly path: string;
  readonly summary: string;
  readonly mediaType: string;
  readonly schema?: z.ZodType;
  /** Default: `no-cache`, so that caches revalidate each time. */
  readonly cacheControl?: string;
  /** Called once, at the first request. */
  content(): string | Buffer;
};

export function fixedOperation({
  name,
  path,
  summary,
  mediaType,
  schema,
  cacheControl,
  content,
}: FixedContent): Operation {
  let representation: Representation | undefined;
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
      representation ??= represent(mediaType, content(), cacheControl);
      respond(ctx, headers, representation);
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
    304: { description: 'If-None-Match contains the current entity tag.', headers: [...headers, ...policy] },
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
  // A weak tag, because the response may be compressed.
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
  if (isUnchanged(headers, entityTag)) {
    ctx.status = 304;
    return;
  }
  // Koa adds `charset=utf-8` to text types.
  ctx.type = mediaType;
  ctx.body = bytes;
}
