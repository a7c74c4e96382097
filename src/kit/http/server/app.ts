/** The Koa application around the routes: common headers, limits, and the conversion of errors to problems. */

import Koa, { type Context } from 'koa';
import { problemKinds, toProblem } from '../../api/responses/problem-document.ts';
import { traceIdOf } from '../../api/events/trace-context.ts';
import { Problem } from '../../domain/problem.ts';
import { createCors } from './cors.ts';
import { respondWithProblem } from './problem-response.ts';
import type { RateLimiter } from './rate-limit.ts';
import { createLifecycle, type HandledRequest, type LifecycleOptions } from './request-lifecycle.ts';
import { checkTarget } from './request-target.ts';
import { stateOf } from './request-state.ts';
import type { Router } from './router.ts';

export type AppOptions = LifecycleOptions & {
  readonly router: Pick<Router, 'middleware'>;
  /** Called for an error that occurs after the response has begun. */
  onInternalError(error: unknown, request: Pick<HandledRequest, 'requestId' | 'traceId'>): void;
  /** Origins allowed by CORS, `*` for all. Default: none. */
  readonly corsOrigins?: readonly string[] | undefined;
  readonly rateLimiter?: RateLimiter | undefined;
  /** Number of proxies in front of the service whose X-Forwarded headers are trusted. Default: 0. */
  readonly trustedProxies?: number | undefined;
};

export function createApp(options: AppOptions): Koa {
  const { router, onInternalError, corsOrigins = [], trustedProxies = 0, rateLimiter } = options;
  const begin = createLifecycle(options);
  const app = new Koa({ proxy: trustedProxies > 0, maxIpsCount: trustedProxies });
  reportErrors(app, onInternalError);
  app.use(async (ctx, next) => {
    const begun = begin(ctx.req.headers);
    ctx.set(begun.headers);
    const state = stateOf(ctx);
    state.traceparent = begun.traceparent;
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
    begun.end({ method, path, route: state.route, status, problem });
  });
  if (corsOrigins.length > 0) app.use(createCors(corsOrigins));
  if (rateLimiter !== undefined) {
    app.use(async (ctx, next) => {
      await rateLimiter.count?.(ctx);
      await next();
    });
  }
  app.use(router.middleware);
  return app;
}

/** Reports the errors that occur after the response has begun. */
export function reportErrors(app: Koa, onInternalError: AppOptions['onInternalError']): void {
  app.on('error', (error: unknown, ctx?: Context) => {
    // A client that closes its connection early is not a server error.
    if (ctx?.req.socket.destroyed === true) return;
    const requestId = ctx?.response.get('Request-Id') ?? '';
    const traceparent = ctx && stateOf(ctx).traceparent;
    onInternalError(error, { requestId, traceId: traceparent && traceIdOf(traceparent) });
  });
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
