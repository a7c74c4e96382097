/** The Koa application around a service's routes: request ids, one exit for every error, and what is the same for all. */

import { randomUUID } from 'node:crypto';
import type { Router } from '@koa/router';
import Koa, { type Context } from 'koa';
import { Problem } from '../../domain/problem.ts';
import { readTraceparent, traceIdOf, type BeginSpan } from '../../api/trace-context.ts';
import { createCors } from './cors.ts';
import { problemKinds, problemMediaType, toProblem, toProblemDocument } from '../../api/problem-document.ts';
import type { RateLimiter } from './rate-limit.ts';
import { stateOf, type RequestState } from './request-state.ts';

export type AppOptions = {
  readonly router: Router;
  /** Called for every answered request. */
  onRequestHandled?(request: HandledRequest): void;
  /** Begins a span for every request; without it a request's own `traceparent` is handed on as it is. */
  readonly beginSpan?: BeginSpan<HandledRequest> | undefined;
  /** Called for what goes wrong when the answer is on its way already. */
  onInternalError(error: unknown, request: Pick<HandledRequest, 'requestId' | 'traceId'>): void;
  /** Origins whose pages may use this service from a browser, `*` for all; none without it. */
  readonly corsOrigins?: readonly string[] | undefined;
  readonly rateLimiter?: RateLimiter | undefined;
  /** How many proxies stand in front that can be believed in what they say of the client. */
  readonly trustedProxies?: number | undefined;
  /** Seconds for which browsers should come by HTTPS only; 0: not said. */
  readonly hstsMaxAgeSeconds?: number | undefined;
};

export type HandledRequest = {
  readonly requestId: string;
  /** The trace that the request belongs to, if it belongs to one. */
  readonly traceId: string | undefined;
  readonly method: string;
  readonly path: string;
  /** The route that took it: `/ports/{id}`; undefined: none did. */
  readonly route: string | undefined;
  readonly status: number;
  readonly milliseconds: number;
  /** What went wrong, if something did. */
  readonly problem: Problem | undefined;
};

/** Seconds after which a client may try again what was `unavailable`. */
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
  const app = new Koa({ proxy: trustedProxies > 0, maxIpsCount: trustedProxies });
  app.on('error', (error: unknown, ctx?: Context) => {
    // A client that closes its connection in the middle is no failure of ours.
    if (ctx?.req.socket.destroyed === true) return;
    const requestId = ctx?.response.get('Request-Id') ?? '';
    onInternalError(error, { requestId, traceId: ctx && traceIdIn(stateOf(ctx)) });
  });
  app.use(async (ctx, next) => {
    const start = performance.now();
    const requestId = readRequestId(ctx.get('Request-Id')) ?? randomUUID();
    ctx.set(commonHeaders(requestId, hstsMaxAgeSeconds));
    const state = stateOf(ctx);
    const parent = readTraceparent(ctx.get('traceparent'));
    const span = beginSpan?.(parent);
    state.traceparent = span?.traceparent ?? parent;
    let problem: Problem | undefined;
    try {
      refuseMalformed(ctx);
      await next();
      refuseUnknown(ctx);
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

/** Headers of every response. `hstsMaxAgeSeconds` 0: no Strict-Transport-Security. */
export function commonHeaders(requestId: string, hstsMaxAgeSeconds: number): Record<string, string> {
  return {
    'Request-Id': requestId,
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

/** What no route answered. */
function refuseUnknown(ctx: Context): void {
  if (ctx.status !== problemKinds['not-found'].status) return;
  // `OPTIONS *` asks about the server as a whole.
  if (ctx.method === 'OPTIONS' && ctx.path === '*') ctx.status = 204;
  else throw new Problem('not-found', `There is nothing at ${ctx.path}.`);
}

function refuseMalformed({ req, path }: Context): void {
  if (req.headers.host === undefined && req.httpVersion === '1.1') {
    throw new Problem('malformed', 'The request has no Host header.');
  }
  // The router would take a path such as `/laptops/%E0`, which cannot be decoded, as it stands.
  if (!path.includes('%')) return;
  try {
    decodeURIComponent(path);
  } catch {
    throw new Problem('malformed', 'The path holds a percent-encoding that is not UTF-8.');
  }
}

function traceIdIn({ traceparent }: RequestState): string | undefined {
  return traceparent === undefined ? undefined : traceIdOf(traceparent);
}

/** The client's own id for the request, when it is one that can be logged as it is. */
function readRequestId(text: string): string | undefined {
  return /^[\w.:@/+=-]{1,128}$/.test(text) ? text : undefined;
}
