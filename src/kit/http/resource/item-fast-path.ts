import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener } from 'node:http';
import type { JoinedResource } from '../../eventlog/joined-resource.ts';
import { describeFreshness } from '../protocol/consistency.ts';
import { requestHeaderNames } from '../protocol/request-headers.ts';
import { createCommonHeaders, type AppOptions } from '../server/app.ts';
import { createItemResponses } from './item-response.ts';
import { pathsOf, type RouteContext } from './route-context.ts';

/** Headers that take a request off the fast path, as does an Accept header for another type than JSON. */
const excludedHeaders = requestHeaderNames.map((name) => name.toLowerCase());

const acceptedTypes: readonly (string | undefined)[] = [undefined, '*/*', 'application/json'];

/**
 * Responds to the most frequent request, a plain read of one entity, at half the cost of the Koa application. Both use the
 * same functions for headers and body, and one test suite runs against both. Every other request goes to `app`. So does every
 * request when CORS, tracing or rate limits are configured, because each of them has to see all requests.
 */
export function createItemFastPath(
  resource: JoinedResource,
  { transactor: { view, decider }, freshness }: RouteContext,
  {
    corsOrigins = [],
    beginSpan,
    rateLimiter,
    hstsMaxAgeSeconds = 0,
    onRequestHandled,
  }: Omit<AppOptions, 'router'>,
  app: RequestListener,
): RequestListener {
  if (corsOrigins.length > 0 || beginSpan !== undefined) return app;
  const prefixes = pathsOf(resource, '/');
  const { route, present } = createItemResponses(resource);
  const commonHeaders = createCommonHeaders(hstsMaxAgeSeconds);

  /** Returns undefined if the request has to go to the application, which also reports a failure of `present`. */
  function findResponse(request: IncomingMessage) {
    const { url = '' } = request;
    if (!isPlain(request) || freshness.staleSince !== undefined || rateLimiter?.count) return undefined;
    const prefix = prefixes.find((start) => url.startsWith(start));
    const id = prefix && resource.contract.id.parse(url.slice(prefix.length));
    const entity = id ? view.find(id) : undefined;
    if (entity === undefined || entity.state === decider.initial) return undefined;
    try {
      return present(entity);
    } catch {
      return undefined;
    }
  }

  return (request, response) => {
    const start = performance.now();
    const found = findResponse(request);
    if (found === undefined) {
      app(request, response);
      return;
    }
    const { headers, body } = found;
    const requestId = randomUUID();
    response.writeHead(200, {
      'Request-Id': requestId,
      ...commonHeaders,
      ...describeFreshness(freshness),
      ...headers,
    });
    response.end(body);
    onRequestHandled?.({
      requestId,
      traceId: undefined,
      method: 'GET',
      path: request.url ?? '',
      route,
      status: 200,
      milliseconds: performance.now() - start,
      problem: undefined,
    });
  };
}

function isPlain({ method, headers }: IncomingMessage): boolean {
  return (
    method === 'GET' &&
    headers.host !== undefined &&
    acceptedTypes.includes(headers.accept) &&
    excludedHeaders.every((name) => headers[name] === undefined)
  );
}
