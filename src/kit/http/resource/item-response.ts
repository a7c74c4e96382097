import type { JoinedResource, Presented, Serialized } from '../../eventlog/joined-resource.ts';
import type { Entity } from '../../domain/entity.ts';
import { toEntityTag } from '../protocol/conditional.ts';
import { jsonContentType } from '../server/operation.ts';

/** One entity as the response to a read or a write. */
export type ItemResponse = {
  /** Headers that describe the body. */
  readonly headers: { readonly ETag: string; readonly 'Content-Type': string };
  /** The entity as JSON. */
  readonly body: string;
};

export type ItemResponses = {
  /** Returns the response for the current state. Throws a Problem `not-found`. */
  present(entity: Entity<unknown>): ItemResponse;
  presentAsOf(entity: Entity<unknown>, presented: Presented): ItemResponse;
};

/** Caches the response for the lifetime of each serialized entity. */
export function createItemResponses(resource: JoinedResource): ItemResponses {
  const responses = new WeakMap<Serialized, ItemResponse>();

  function respond({ text, joinedVersions }: Serialized, version: number): ItemResponse {
    const headers = { ETag: toEntityTag(version, joinedVersions), 'Content-Type': jsonContentType };
    return { headers, body: text };
  }

  return {
    present(entity) {
      const serialized = resource.serializeExisting(entity);
      const cached = responses.get(serialized);
      if (cached !== undefined) return cached;
      const response = respond(serialized, entity.version);
      responses.set(serialized, response);
      return response;
    },
    presentAsOf: ({ version }, { body, joinedVersions }) =>
      respond({ text: JSON.stringify(body), joinedVersions }, version),
  };
}
