import type { JoinedResource, Presented, Serialized } from '../../eventlog/joined-resource.ts';
import type { Entity } from '../../domain/entity.ts';
import { toEntityTag } from '../protocol/conditional.ts';
import { pathsOf } from './route-context.ts';

/** One entity as a response: to a read, on the fast path and through the application, and to a write. */
export type ItemResponse = {
  /** Headers of the body, without the common headers and those for read consistency. */
  readonly headers: Readonly<Record<string, string>>;
  readonly entityTag: string;
  /** The entity as JSON. */
  readonly body: string;
};

export type ItemResponses = {
  /** The route that metrics and spans name, whichever alias of the collection was used: `/ports/{id}`. */
  readonly route: string;
  /** Returns the response for the current state. Throws a Problem `not-found`. */
  present(entity: Entity<unknown>): ItemResponse;
  /** Returns the response for a point-in-time read. */
  presentAsOf(entity: Entity<unknown>, presented: Presented): ItemResponse;
};

type BodyHeaders = { readonly ETag: string; readonly [name: string]: string };

/** Caches the headers of each serialized entity for as long as that object lives. */
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
