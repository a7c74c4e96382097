import type { JoinedResource, Presented, Serialized } from '../../eventlog/joined-resource.ts';
import type { Entity } from '../../domain/entity.ts';
import { toEntityTag } from '../protocol/conditional.ts';
import { pathsOf } from './route-context.ts';

/** One entity as the response to a write, or to a read through the fast path or the application. */
export type ItemResponse = {
  /** Headers that describe the body. The common headers and those for read consistency are not included. */
  readonly headers: Readonly<Record<string, string>>;
  readonly entityTag: string;
  /** The entity as JSON. */
  readonly body: string;
};

export type ItemResponses = {
  /** The route in metrics and spans, the same for all aliases of the collection: `/ports/{id}`. */
  readonly route: string;
  /** Returns the response for the current state. Throws a Problem `not-found`. */
  present(entity: Entity<unknown>): ItemResponse;
  presentAsOf(entity: Entity<unknown>, presented: Presented): ItemResponse;
};

type BodyHeaders = { readonly ETag: string; readonly [name: string]: string };

/** Caches the headers for the lifetime of each serialized entity. */
export function createItemResponses(resource: JoinedResource): ItemResponses {
  const bodyHeaders = new WeakMap<Serialized, BodyHeaders>();

  function describeBody(serialized: Serialized, version: number): BodyHeaders {
    const cached = bodyHeaders.get(serialized);
    if (cached !== undefined) return cached;
    const { text, joinedVersions } = serialized;
    const headers = {
      ETag: toEntityTag(version, joinedVersions),
      'Content-Type': 'application/json; charset=utf-8',
      'Content-Length': String(Buffer.byteLength(text)),
    };
    bodyHeaders.set(serialized, headers);
    return headers;
  }

  function respond(serialized: Serialized, version: number): ItemResponse {
    const headers = describeBody(serialized, version);
    return { headers, entityTag: headers.ETag, body: serialized.text };
  }

  return {
    route: pathsOf(resource, '/{id}')[0],
    present: (entity) => respond(resource.serializeExisting(entity), entity.version),
    presentAsOf: ({ version }, { body, joinedVersions }) =>
      respond({ text: JSON.stringify(body), joinedVersions }, version),
  };
}
