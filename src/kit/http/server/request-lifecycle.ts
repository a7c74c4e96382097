/** The beginning and the end of every request: its id, its trace, the headers of every response, and what is reported. */

import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { parseTraceparent, traceIdOf, type BeginSpan } from '../../api/events/trace-context.ts';
import type { Problem } from '../../domain/problem.ts';

export type LifecycleOptions = {
  /** Called after every request, successful or not. */
  onRequestHandled?(request: HandledRequest): void;
  /** Begins a span for every request. Without it, the `traceparent` of the request is propagated unchanged. */
  readonly beginSpan?: BeginSpan<HandledRequest> | undefined;
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

export type BegunRequest = {
  /** The headers of the response, whatever it is. */
  readonly headers: Readonly<Record<string, string>>;
  readonly traceparent: string | undefined;
  end(handled: Pick<HandledRequest, 'method' | 'path' | 'route' | 'status' | 'problem'>): void;
};

/** Returns a function that is called at the beginning of each request, with its headers. */
export function createLifecycle({ beginSpan, onRequestHandled, hstsMaxAgeSeconds = 0 }: LifecycleOptions) {
  const commonHeaders = {
    'X-Content-Type-Options': 'nosniff',
    ...(hstsMaxAgeSeconds > 0 && { 'Strict-Transport-Security': `max-age=${hstsMaxAgeSeconds}` }),
  };
  return (headers: IncomingHttpHeaders): BegunRequest => {
    const start = performance.now();
    const requestId = parseRequestId(toText(headers['request-id'])) ?? randomUUID();
    const parent = parseTraceparent(toText(headers['traceparent']));
    const span = beginSpan?.(parent);
    const traceparent = span?.traceparent ?? parent;
    return {
      headers: { 'Request-Id': requestId, ...commonHeaders },
      traceparent,
      end(request) {
        const milliseconds = performance.now() - start;
        const traceId = traceparent === undefined ? undefined : traceIdOf(traceparent);
        const handled = { requestId, traceId, ...request, milliseconds };
        span?.end(handled);
        onRequestHandled?.(handled);
      },
    };
  };
}

/** Node.js joins the values of a repeated header. */
function toText(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Returns the client's request id if it is safe to log. */
function parseRequestId(text = ''): string | undefined {
  return /^[\w.:@/+=-]{1,128}$/.test(text) ? text : undefined;
}
