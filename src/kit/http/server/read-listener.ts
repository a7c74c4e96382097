/** Responds to reads without Koa, whose context, middleware and response would be most of their cost. */

import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { toProblem } from '../../api/responses/problem-document.ts';
import type { Problem } from '../../domain/problem.ts';
import type { AppOptions } from './app.ts';
import { createCompressedSender } from './compressed-sender.ts';
import { isCompressible, mayCompress } from './compression.ts';
import { PlainContext } from './plain-context.ts';
import { respondWithProblem } from './problem-response.ts';
import { createLifecycle } from './request-lifecycle.ts';
import { checkTarget } from './request-target.ts';
import type { Router } from './router.ts';
import { createSendQueue } from './send-queue.ts';

export type ReadListenerOptions = Omit<AppOptions, 'router'> & { readonly router: Router };

/**
 * The application and this listener call the same operations, and one test suite runs against both. A request goes to `app` if it
 * is not a read, if CORS or a rate limit is configured, or if its Accept header has to be parsed.
 */
export function createReadListener(options: ReadListenerOptions, app: RequestListener): RequestListener {
  const { router, corsOrigins = [], rateLimiter } = options;
  if (corsOrigins.length > 0) return app;
  const begin = createLifecycle(options);
  const sendCompressed = createCompressedSender(options.onInternalError);
  const enqueue = createSendQueue();

  return (request, response) => {
    const found = rateLimiter?.count === undefined ? findRead(router, request) : undefined;
    if (found === undefined) {
      app(request, response);
      return;
    }
    const { read, route, ...target } = found;
    const { method = '' } = request;
    const { headers, traceparent, end } = begin(request.headers);
    const ctx = new PlainContext(request, target, traceparent);
    ctx.set(headers);

    function finish(problem?: Problem) {
      if (problem !== undefined) respondWithProblem(ctx, problem);
      const compressible = problem === undefined && isCompressible(ctx.get('ETag'));
      if (compressible) ctx.vary('Accept-Encoding');
      if (compressible && method === 'GET' && mayCompress(ctx)) sendCompressed(ctx, response);
      else enqueue(() => attempt(() => send(ctx, response)));
      end({ method, path: ctx.path, route, status: ctx.status, problem });
    }
    /** An error that is thrown here, such as an invalid header, must not end the process. */
    function attempt(step: () => void) {
      try {
        step();
      } catch (error) {
        options.onInternalError(error, { requestId: ctx.get('Request-Id') ?? '', traceId: undefined });
        response.destroy();
      }
    }
    const complete = (problem?: Problem) => attempt(() => finish(problem));
    const fail = (error: unknown) => complete(toProblem(error));

    let pending: Promise<void> | void;
    try {
      checkTarget(ctx);
      pending = read(ctx);
    } catch (error) {
      fail(error);
      return;
    }
    if (pending === undefined) complete();
    else void pending.then(() => complete(), fail);
  };
}

function send({ req, status, headers, content }: PlainContext, response: ServerResponse): void {
  if (content !== undefined) headers.push('Content-Length', String(Buffer.byteLength(content)));
  response.writeHead(status, headers);
  response.end(req.method === 'HEAD' ? undefined : content);
}

/** Returns the operation and the target of a read; undefined if the request has to go to the application. */
function findRead({ find }: Router, { method = '', url = '', headers }: IncomingMessage) {
  const isRead = (method === 'GET' || method === 'HEAD') && headers.host !== undefined;
  // Koa parses other forms of the target than a path with a query.
  if (!isRead || !url.startsWith('/') || url.includes('#')) return undefined;
  const end = url.indexOf('?');
  const path = end < 0 ? url : url.slice(0, end);
  const match = find(path);
  const endpoint = match?.route.endpoints.get(method);
  if (match === undefined || endpoint?.read === undefined) return undefined;
  if (!endpoint.acceptsDefault(headers.accept)) return undefined;
  const querystring = end < 0 ? '' : url.slice(end + 1);
  return { path, querystring, params: match.params, route: match.route.path, read: endpoint.read };
}
