/** The Koa application around a service's routes: request ids, one exit for every error, and nothing else. */

import { randomUUID } from 'node:crypto';
import type { RequestListener } from 'node:http';
import type { Router } from '@koa/router';
import Koa, { type Context, type Middleware } from 'koa';
import { Problem } from '../core/problem.ts';
import { problemKinds, problemMediaType, toProblem, toProblemDocument } from '../core/problem-document.ts';

export type AppOptions = {
  readonly router: Router;
  /** Called for every answered request. */
  onAnswer?(answer: Answer): void;
  /** Called for every bug: an error that no client is told about. */
  onInternalError(error: unknown, requestId: string): void;
};

export type Answer = {
  readonly requestId: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly milliseconds: number;
};

/** Seconds after which a client may try again what was `unavailable`. */
const retryAfterSeconds = 1;

export function createApp({ router, onAnswer, onInternalError }: AppOptions): Koa {
  const app = new Koa();
  app.on('error', (error: unknown, ctx?: Context) => {
    // A client that closes its connection in the middle is no failure of ours.
    if (ctx?.req.socket.destroyed !== true) onInternalError(error, ctx?.response.get('Request-Id') ?? '');
  });
  app.use(async (ctx, next) => {
    const start = performance.now();
    const requestId = readRequestId(ctx.get('Request-Id')) ?? randomUUID();
    ctx.set('Request-Id', requestId);
    try {
      await next();
      refuseUnanswered(ctx);
    } catch (error) {
      const problem = toProblem(error);
      if (problem.code === 'internal') onInternalError(error, requestId);
      answerProblem(ctx, problem);
    }
    const { method, path, status } = ctx;
    onAnswer?.({ requestId, method, path, status, milliseconds: performance.now() - start });
  });
  app.use(decodablePath);
  app.use(router.routes());
  app.use(router.allowedMethods());
  return app;
}

/** Answers every request with `unavailable` until there is an application to answer it. */
export function answerStarting(describe: () => string): RequestListener {
  return (_request, response) => {
    const document = toProblemDocument(new Problem('unavailable', describe()));
    response.writeHead(document.status, {
      'Content-Type': problemMediaType,
      'Retry-After': String(retryAfterSeconds),
    });
    response.end(JSON.stringify(document));
  };
}

function answerProblem(ctx: Context, problem: Problem): void {
  const document = toProblemDocument(problem);
  ctx.status = document.status;
  ctx.body = JSON.stringify(document);
  ctx.set('Content-Type', problemMediaType);
  if (problem.code === 'unavailable') ctx.set('Retry-After', String(retryAfterSeconds));
}

/** What no route answered: the router has noted in the status and in Allow whether another method would do. */
function refuseUnanswered(ctx: Context): void {
  if (ctx.body !== undefined && ctx.body !== null) return;
  if (ctx.status === problemKinds['not-found'].status) {
    throw new Problem('not-found', `There is nothing at ${ctx.path}.`);
  }
  if (ctx.method !== 'OPTIONS' && ctx.res.hasHeader('Allow')) {
    throw new Problem('method-not-allowed', `${ctx.method} is not allowed at ${ctx.path}.`);
  }
}

/** A path such as `/laptops/%E0` cannot be decoded; the router would take it as it stands. */
const decodablePath: Middleware = (ctx, next) => {
  try {
    decodeURIComponent(ctx.path);
  } catch {
    throw new Problem('malformed', 'The path holds a percent-encoding that is not UTF-8.');
  }
  return next();
};

/** The client's own id for the request, when it is one that can be logged as it is. */
function readRequestId(text: string): string | undefined {
  return /^[\w.:@/+=-]{1,128}$/.test(text) ? text : undefined;
}
