/** The read that is asked for most, answered without the application around it: one entity, by a request that asks nothing special. */

import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener } from 'node:http';
import type { DomainEvent } from '../core/decider.ts';
import { parseEntityId } from '../core/entity-id.ts';
import type { JoinedResource, Serialized } from '../core/joined-resource.ts';
import type { AppOptions } from './app.ts';
import { toEntityTag } from './conditional.ts';
import { requestHeaderNames } from './request-headers.ts';
import { pathsOf, type RouteContext } from './route-context.ts';

/** What makes a request special, beside an Accept for something else: whatever an operation reads, and a trace. */
const specialHeaders = [...requestHeaderNames, 'traceparent'].map((name) => name.toLowerCase());

/** What is accepted by clients that do not care, and by those that say it. */
const plainAccepts: readonly (string | undefined)[] = [undefined, '*/*', 'application/json'];

/**
 * Answers as the application does, header by header (a test compares the two), at half of its cost. Every other request,
 * and every answer that is not a 200, is the application's; and all of them are where each one has to be looked at
 * (CORS, tracing, rate limits).
 */
export function answerPlainReads<State, Command, Event extends DomainEvent, Add, Change>(
  resource: JoinedResource<State, Command, Add, Change>,
  { transactor: { view, decider }, freshness }: RouteContext<State, Command, Event>,
  { corsOrigins = [], beginSpan, rateLimiter, hstsMaxAgeSeconds = 0, onAnswer }: Omit<AppOptions, 'router'>,
  application: RequestListener,
): RequestListener {
  if (corsOrigins.length > 0 || beginSpan !== undefined) return application;
  const prefixes = pathsOf(resource, '/');
  const constantHeaders = {
    'X-Content-Type-Options': 'nosniff',
    'Content-Type': 'application/json; charset=utf-8',
    ...(hstsMaxAgeSeconds > 0 && { 'Strict-Transport-Security': `max-age=${hstsMaxAgeSeconds}` }),
  };

  /** What an answer says of its text, which is kept as long as that is. */
  const textHeaders = new WeakMap<Serialized, Readonly<Record<string, string | number>>>();

  function describeText(serialized: Serialized, version: number) {
    const known = textHeaders.get(serialized);
    if (known !== undefined) return known;
    const { text, shown } = serialized;
    const made = { ETag: toEntityTag(version, shown), 'Content-Length': Buffer.byteLength(text) };
    textHeaders.set(serialized, made);
    return made;
  }

  /** The entity to answer with, and the prefix of the path that named it; undefined: the application has to answer. */
  function find(request: IncomingMessage) {
    const { url = '' } = request;
    if (!isPlain(request) || freshness.staleSince !== undefined || rateLimiter?.count) return undefined;
    const prefix = prefixes.find((start) => url.startsWith(start));
    const id = prefix && parseEntityId(url.slice(prefix.length));
    const entity = id ? view.find(id) : undefined;
    return entity === undefined || entity.state === decider.initial ? undefined : { prefix, entity };
  }

  return (request, response) => {
    const start = performance.now();
    const found = find(request);
    if (found === undefined) {
      application(request, response);
      return;
    }
    const { prefix, entity } = found;
    const serialized = resource.serializeExisting(entity);
    const requestId = randomUUID();
    response.writeHead(200, {
      'Request-Id': requestId,
      'Stream-Position': freshness.own.position,
      ...describeText(serialized, entity.version),
      ...constantHeaders,
    });
    response.end(serialized.text);
    onAnswer?.({
      requestId,
      traceId: undefined,
      method: 'GET',
      path: request.url ?? '',
      route: `${prefix}{id}`,
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
    plainAccepts.includes(headers.accept) &&
    specialHeaders.every((name) => headers[name] === undefined)
  );
}
