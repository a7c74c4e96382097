import type { JoinedResource, Presented, Serialized } from '../../eventlog/joined-resource.ts';
import type { Entity } from '../../domain/entity.ts';
import { toEntityTag } from '../protocol/conditional.ts';
import { pathsOf } from './route-context.ts';

/** The response to a read of one entity, for every way in which it is read. */
export type ItemResponse = {
  /** Beside the headers of every response, and those about its freshness. */
  readonly headers: Readonly<Record<string, string>>;
  readonly entityTag: string;
  /** The entity as JSON. */
  readonly body: string;
};

export type ItemResponses = {
  /** The route that metrics and spans name, whichever alias of the collection was used: `/ports/{id}`. */
  readonly route: string;
  /** Throws a Problem `not-found`. */
  present(entity: Entity<unknown>): ItemResponse;
  /** Returns the response with an entity as it was. */
  presentPast(entity: Entity<unknown>, presented: Presented): ItemResponse;
};

type BodyHeaders = { readonly ETag: string; readonly [name: string]: string };

/** The headers of the body are computed once for each serialized entity and cached as long as that is. */
export function createItemResponses(resource: JoinedResource): ItemResponses {
  const bodyHeaders = new WeakMap<Serialized, BodyHeaders>();

  function describeBody(serialized: Serialized, version: number): BodyHeaders {
    const cached = bodyHeaders.get(serialized);
    if (cached !== undefined) return cached;
    const { text, shown } = serialized;
    const headers = {
      ETag: toEntityTag(version, shown),
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
    presentPast: ({ version }, { body, shown }) => respond({ text: JSON.stringify(body), shown }, version),
  };
}
