/** The Koa application around the routes: request ids, common headers, tracing, and the conversion of errors to problems. */

import { randomUUID } from 'node:crypto';
import type { Router } from '@koa/router';
import Koa, { type Context } from 'koa';
import { Problem } from '../../domain/problem.ts';
import { parseTraceparent, traceIdOf, type BeginSpan } from '../../api/events/trace-context.ts';
import { createCors } from './cors.ts';
import {
  problemKinds,
  problemMediaType,
  toProblem,
  toProblemDocument,
} from '../../api/responses/problem-document.ts';
import type { RateLimiter } from './rate-limit.ts';
import { checkTarget } from './request-target.ts';
import { stateOf, type RequestState } from './request-state.ts';

export type AppOptions = {
  readonly router: Router;
  /** Called after every request, successful or not. */
  onRequestHandled?(request: HandledRequest): void;
  /** Begins a span for every request. Without it, the `traceparent` of the request is propagated unchanged. */
  readonly beginSpan?: BeginSpan<HandledRequest> | undefined;
  /** Called for an error that occurs after the response has begun. */
  onInternalError(error: unknown, request: Pick<HandledRequest, 'requestId' | 'traceId'>): void;
  /** Origins allowed by CORS, `*` for all. Default: none. */
  readonly corsOrigins?: readonly string[] | undefined;
  readonly rateLimiter?: RateLimiter | undefined;
  /** Number of proxies in front of the service whose X-Forwarded headers are trusted. Default: 0. */
  readonly trustedProxies?: number | undefined;
  /** `max-age` of Strict-Transport-Security, in seconds; 0: the header is not sent. */
  readonly hstsMaxAgeSeconds?: number | undefined;
};

export type HandledRequest = {
  readonly requestId: string;
  /** The trace that the request belongs to, if any. */
  readonly traceId: string | undefined;
  readonly method: string;
  readonly path: string;
  /** The matching route: `/ports/{id}`; undefined if there is none. */
  readonly route: string | undefined;
  readonly status: number;
  readonly milliseconds: number;
  /** The problem that the response reports, if any. */
  readonly problem: Problem | undefined;
};

/** Retry-After of `unavailable`, in seconds. */
const retryAfterSeconds = 1;

export function createApp(options: AppOptions): Koa {
  const {
    router,
    onRequestHandled,
    beginSpan,
    onInternalError,
    corsOrigins = [],
    trustedProxies = 0,
  } = options;
  const { hstsMaxAgeSeconds = 0, rateLimiter } = options;
  const commonHeaders = createCommonHeaders(hstsMaxAgeSeconds);
  const app = new Koa({ proxy: trustedProxies > 0, maxIpsCount: trustedProxies });
  app.on('error', (error: unknown, ctx?: Context) => {
    // A client that closes its connection early is not a server error.
    if (ctx?.req.socket.destroyed === true) return;
    const requestId = ctx?.response.get('Request-Id') ?? '';
    onInternalError(error, { requestId, traceId: ctx && traceIdIn(stateOf(ctx)) });
  });
  app.use(async (ctx, next) => {
    const start = performance.now();
    const requestId = parseRequestId(ctx.get('Request-Id')) ?? randomUUID();
    ctx.set('Request-Id', requestId);
    ctx.set(commonHeaders);
    const state = stateOf(ctx);
    const parent = parseTraceparent(ctx.get('traceparent'));
    const span = beginSpan?.(parent);
    state.traceparent = span?.traceparent ?? parent;
    let problem: Problem | undefined;
    try {
      rejectWithoutHost(ctx);
      checkTarget(ctx);
      await next();
      rejectUnmatched(ctx);
    } catch (error) {
      problem = toProblem(error);
      respondWithProblem(ctx, problem);
    }
    const { method, path, status } = ctx;
    const { route } = state;
    const milliseconds = performance.now() - start;
    const traceId = traceIdIn(state);
    const handled = { requestId, traceId, method, path, route, status, milliseconds, problem };
    span?.end(handled);
    onRequestHandled?.(handled);
  });
  if (corsOrigins.length > 0) app.use(createCors(corsOrigins));
  if (rateLimiter !== undefined) {
    app.use(async (ctx, next) => {
      await rateLimiter.count?.(ctx);
      await next();
    });
  }
  app.use(router.routes());
  return app;
}

/** Headers of every response beside `Request-Id`. `hstsMaxAgeSeconds` 0: no Strict-Transport-Security. */
export function createCommonHeaders(hstsMaxAgeSeconds: number): Record<string, string> {
  return {
    'X-Content-Type-Options': 'nosniff',
    ...(hstsMaxAgeSeconds > 0 && { 'Strict-Transport-Security': `max-age=${hstsMaxAgeSeconds}` }),
  };
}

function respondWithProblem(ctx: Context, problem: Problem): void {
  const document = toProblemDocument(problem);
  ctx.status = document.status;
  ctx.body = JSON.stringify(document);
  ctx.set('Content-Type', problemMediaType);
  if (problem.code === 'unavailable') ctx.set('Retry-After', String(retryAfterSeconds));
}

/** Throws `not-found` if the response still has Koa's default status, 404. */
function rejectUnmatched(ctx: Context): void {
  if (ctx.status !== problemKinds['not-found'].status) return;
  // `OPTIONS *` applies to the server as a whole (RFC 9110, section 9.3.7).
  if (ctx.method === 'OPTIONS' && ctx.path === '*') ctx.status = 204;
  else {
    const detail = `No route matches ${ctx.path}. Paths are case-sensitive and have no slash at the end; /openapi.json lists them.`;
    throw new Problem('not-found', detail);
  }
}

function rejectWithoutHost({ req }: Context): void {
  if (req.headers.host !== undefined || req.httpVersion !== '1.1') return;
  throw new Problem(
    'malformed',
    'The request has no Host header. HTTP/1.1 requires it: send Host: <name>:<port>.',
  );
}

function traceIdIn({ traceparent }: RequestState): string | undefined {
  return traceparent === undefined ? undefined : traceIdOf(traceparent);
}

/** Returns the client's request id if it is safe to log. */
function parseRequestId(text: string): string | undefined {
  return /^[\w.:@/+=-]{1,128}$/.test(text) ? text : undefined;
}
