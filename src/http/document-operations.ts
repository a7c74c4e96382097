/** How a service explains itself: its OpenAPI document, the page that shows it, and a page for every problem. */

import { createHash } from 'node:crypto';
import type { Context } from 'koa';
import { z } from 'zod';
import { Problem, problemCodes } from '../core/problem.ts';
import { matchesWeakly, readCondition } from './conditional.ts';
import { readDocsAssets, renderDocsPage } from './docs-page.ts';
import { contentSecurityPolicy } from './html.ts';
import { describeOperations, type OpenApiInfo } from './openapi.ts';
import { defineOperation, type Operation } from './operation.ts';
import { renderProblemIndex, renderProblemPage } from './problem-pages.ts';
import type { RequestHeaders } from './request-headers.ts';

const tag = 'documents';

/** The operations that explain `operations`, and themselves. */
export function documentOperations(operations: readonly Operation[], info: OpenApiInfo): Operation[] {
  const explaining: Operation[] = [
    fixedOperation({
      name: 'getOpenApiDocument',
      path: '/openapi.json',
      summary: 'This API as an OpenAPI 3.1 document',
      mediaType: 'application/json',
      schema: z.looseObject({ openapi: z.string() }).meta({ description: 'OpenAPI 3.1' }),
      content: () => JSON.stringify(describeOperations([...operations, ...explaining], info)),
    }),
    fixedOperation({
      name: 'getDocsPage',
      path: '/docs',
      summary: 'A page that shows this API to people',
      mediaType: 'text/html',
      content: () => renderDocsPage(info.title),
    }),
    ...readDocsAssets().map(({ content, ...asset }) =>
      fixedOperation({ ...asset, cacheControl: 'public, max-age=3600', content: () => content }),
    ),
    fixedOperation({
      name: 'listProblems',
      path: '/problems',
      summary: 'A page that lists every problem',
      mediaType: 'text/html',
      content: renderProblemIndex,
    }),
    problemOperation(),
  ];
  return explaining;
}

type Fixed = {
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
function fixedOperation({ name, path, summary, mediaType, schema, cacheControl, content }: Fixed): Operation {
  let made: Representation | undefined;
  return defineOperation({
    method: 'get',
    paths: [path],
    name,
    summary,
    tag,
    headers: ['If-None-Match'],
    answers: answersOf(summary, mediaType, schema),
    problems: [],
    handle({ ctx, headers }) {
      made ??= represent(mediaType, content(), cacheControl);
      answer(ctx, headers, made);
    },
  });
}

function problemOperation(): Operation {
  const summary = 'A page that explains one problem';
  return defineOperation({
    method: 'get',
    paths: ['/problems/{code}'],
    params: z.object({
      code: z.string().meta({
        description: 'The last part of the `type` of a problem document.',
        example: 'not-found',
      }),
    }),
    name: 'getProblem',
    summary,
    tag,
    headers: ['If-None-Match'],
    answers: answersOf(summary, 'text/html'),
    problems: ['not-found'],
    handle({ ctx, params, headers }) {
      const code = problemCodes.find((candidate) => candidate === params.code);
      if (code === undefined) throw new Problem('not-found', `There is no problem "${params.code}".`);
      answer(ctx, headers, represent('text/html', renderProblemPage(code)));
    },
  });
}

function answersOf(summary: string, mediaType: string, schema: z.ZodType = z.string()): Operation['answers'] {
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

function represent(mediaType: string, content: string | Buffer, cacheControl = 'no-cache'): Representation {
  const bytes = Buffer.from(content);
  // Weak, because the bytes may be compressed on their way.
  const entityTag = `W/"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
  return { mediaType, bytes, entityTag, cacheControl };
}

function answer(
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
