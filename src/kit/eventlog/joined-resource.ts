/** Joins the entities of a service with the views of followed streams when they are read. */

import QuickLRU from 'quick-lru';
import type { Id } from '../domain/entity-id.ts';
import type { FollowedProjection, FollowedProjections } from './followed-projection.ts';
import { Problem } from '../domain/problem.ts';
import type { Nouns } from '../domain/service/nouns.ts';
import { nounsOf } from '../domain/service/nouns.ts';
import { assertAnswer, QueryFailed } from '../domain/service/query.ts';
import type { NamedQuery, Relation, Service } from '../domain/service/service.ts';
import type { IdType } from '../domain/id-type.ts';
import { findAsOf, settledPositionAt } from './point-in-time.ts';
import type { DomainEvent } from '../domain/decider.ts';
import type { View } from './view/view.ts';
import type { Entity } from '../domain/entity.ts';

/**
 * For each followed stream, the highest version of its entities in a document. The joined part of the document changes
 * only if one of these versions changes.
 */
export type JoinedVersions = Readonly<Record<string, number>>;

export type Presented = { readonly body: object; readonly joinedVersions: JoinedVersions };

/** A document as JSON text. */
export type Serialized = { readonly text: string; readonly joinedVersions: JoinedVersions };

/** Capacity of the cache of JSON texts: at least this many entities, at most twice as many. */
const textCacheSize = 10_000;

/** Entities of a followed stream that refer to an entity of this service. */
export type JoinedRelation = Pick<Relation<unknown>, 'document'> & {
  readonly nouns: Nouns;
  /** What the ids of the referring entities are. */
  readonly id: IdType;
  /** Name of the followed service: `laptops`. */
  readonly name: string;
  /** Lists the entities that refer to `id` as JSON documents, by ascending id. */
  list(
    id: Id,
    options: { after: Id | undefined; limit: number },
  ): { readonly id: Id; readonly body: object }[];
};

/** A query whose lookups are bound. */
export type JoinedQuery = Pick<NamedQuery, 'name' | 'params' | 'result' | 'summary'> & {
  /**
   * @param params the values that the schemas returned.
   * @throws QueryFailed, and the problems that `answer` throws.
   */
  answer(view: View<unknown, DomainEvent>, params: object): unknown;
};

/** `present` threw an error: a fault in the domain code of the service. */
export class PresentFailed extends Error {
  override readonly name = 'PresentFailed';
  readonly entityId: Id;

  constructor(noun: string, entityId: Id, cause: unknown) {
    super(`present failed for ${noun} ${entityId}`, { cause });
    this.entityId = entityId;
  }
}

export type JoinedResource = Omit<Service, 'present' | 'relations' | 'queries'> & {
  readonly queries: readonly JoinedQuery[];
  /** Returns the current document and the versions for its entity tag. Throws `not-found` or `PresentFailed`. */
  presentExisting(entity: Entity<unknown>): Presented;
  /** Like `presentExisting`, as JSON text. The text is cached until the entity or a followed stream changes. */
  serializeExisting(entity: Entity<unknown>): Serialized;
  /**
   * Returns the documents of entities as of an earlier time, joined with the followed entities as of the same time.
   *
   * @param timeOf returns that time, in ms since the epoch. Called only if followed entities are looked up.
   * @throws Problem `not-found`, `unavailable`.
   */
  presentAllAsOf(entities: readonly Entity<unknown>[], timeOf: () => Promise<number>): Promise<Presented[]>;
  /** Like `presentAllAsOf`, for one entity. */
  presentAsOf(entity: Entity<unknown>, timeOf: () => Promise<number>): Promise<Presented>;
  readonly relations: readonly JoinedRelation[];
};

export function joinResource(service: Service, projections: FollowedProjections): JoinedResource {
  const { present, relations, queries, ...rest } = service;
  const currentLookups = createLookups(projections, findCurrent);
  const { initial } = rest.contract.fold;

  /** Collects the versions of the looked-up entities during a call of `present`, which is synchronous. */
  let joinedVersions: Record<string, number> = {};
  let findFollowed: Find = findCurrent;
  const recordingLookups = createLookups(projections, (projection, id) => {
    const found = findFollowed(projection, id);
    joinedVersions[projection.stream] = Math.max(joinedVersions[projection.stream] ?? 0, found.version);
    return found;
  });

  function presentWith(entity: Entity<unknown>, find: Find): Presented {
    if (entity.state === initial) {
      throw new Problem('not-found', `There is no ${rest.nouns.noun} ${entity.id}.`);
    }
    joinedVersions = {};
    findFollowed = find;
    return {
      body: tryPresent(rest.nouns, entity, () => present(entity, recordingLookups)),
      joinedVersions,
    };
  }

  const followed = Object.values(projections);
  const textCache = new QuickLRU<
    Id,
    Serialized & { readonly version: number; readonly followedPosition: number }
  >({ maxSize: textCacheSize });

  function serializeExisting(entity: Entity<unknown>): Serialized {
    const { id, version } = entity;
    // The sum of positions increases with every message of any followed stream.
    const followedPosition = followed.reduce((sum, { view }) => sum + view.position, 0);
    const cached = textCache.get(id);
    if (cached?.version === version && cached.followedPosition === followedPosition) return cached;
    const presented = presentWith(entity, findCurrent);
    const serialized = {
      version,
      followedPosition,
      text: JSON.stringify(presented.body),
      joinedVersions: presented.joinedVersions,
    };
    textCache.set(id, serialized);
    return serialized;
  }

  /** Repeats `read`, which looks entities up with a `Find`, until it finds all of them as of the time. */
  async function readAsOf<Result>(
    read: (find: Find) => Result,
    timeOf: () => Promise<number>,
  ): Promise<Result> {
    const found: EntitiesByProjection = new Map();
    for (;;) {
      const missing = new Map<FollowedProjection, Set<Id>>();
      const result = read((projection, id) => {
        const entity = found.get(projection)?.get(id);
        if (entity === undefined) missing.set(projection, (missing.get(projection) ?? new Set()).add(id));
        return entity ?? findCurrent(projection, id);
      });
      if (missing.size === 0) return result;
      await findAllAt(missing, await timeOf(), found);
    }
  }

  return {
    ...rest,
    serializeExisting,
    presentExisting: (entity) => presentWith(entity, findCurrent),

    presentAllAsOf: (entities, timeOf) =>
      readAsOf((find) => entities.map((entity) => presentWith(entity, find)), timeOf),
    presentAsOf: (entity, timeOf) => readAsOf((find) => presentWith(entity, find), timeOf),

    queries: queries.map(({ answer, ...query }) => ({
      ...query,
      answer({ find, list }, params) {
        const existing = {
          find(id: Id) {
            const entity = find(id);
            return entity.state === initial ? undefined : entity;
          },
          list,
        };
        try {
          // The schemas of this query returned the parameters.
          // oxlint-disable-next-line typescript/no-unsafe-type-assertion
          const result = answer(existing, params as never, currentLookups);
          assertAnswer(query.name, query.result, result);
          return result;
        } catch (cause) {
          if (cause instanceof QueryFailed || cause instanceof Problem) throw cause;
          throw new QueryFailed(`the query "${query.name}" failed`, { cause });
        }
      },
    })),

    relations: Object.entries(relations).map(([name, { document, present: presentRelated }]) => {
      const followed = service.follows[name];
      if (followed === undefined) throw new TypeError(`relations: the service does not follow ${name}`);
      const nouns = nounsOf(name, followed);
      return {
        name,
        nouns,
        id: followed.id,
        document,
        list: (id, options) =>
          (projections[name]?.view.list({ ...options, where: { [relationIndex]: id } }) ?? []).map(
            (entity) => ({ id: entity.id, body: tryPresent(nouns, entity, () => presentRelated(entity)) }),
          ),
      };
    }),
  };
}

/** @throws PresentFailed */
function tryPresent({ noun }: Nouns, { id }: Entity<unknown>, present: () => object): object {
  try {
    return present();
  } catch (cause) {
    throw new PresentFailed(noun, id, cause);
  }
}

/** Name of the index of a followed view that lists related entities. */
export const relationIndex = 'related';

type Find = (projection: FollowedProjection, id: Id) => Entity<unknown>;

const findCurrent: Find = (projection, id) => projection.view.find(id);

/** Creates lookups for a resource or a decider that find entities with `find`. */
export function createLookups(
  projections: FollowedProjections,
  find: Find,
): Readonly<Record<string, (id: Id) => unknown>> {
  return Object.fromEntries(
    Object.entries(projections).map(([name, projection]) => [name, (id: Id) => find(projection, id).state]),
  );
}

/** Maximum number of histories that are read concurrently. */
const concurrency = 16;

type EntitiesByProjection = Map<FollowedProjection, Map<Id, Entity<unknown>>>;

/** Adds the requested entities as of `time` to `found`. */
async function findAllAt(
  requested: ReadonlyMap<FollowedProjection, ReadonlySet<Id>>,
  time: number,
  found: EntitiesByProjection,
): Promise<void> {
  for (const [projection, ids] of requested) {
    const position = await settledPositionAt(projection.store, time);
    const entities = found.get(projection) ?? new Map<Id, Entity<unknown>>();
    found.set(projection, entities);
    const rest = [...ids];
    const readRest = async () => {
      for (let id = rest.pop(); id !== undefined; id = rest.pop()) {
        entities.set(id, await findAsOf(projection, id, position));
      }
    };
    await Promise.all(Array.from({ length: concurrency }, readRest));
  }
}
