/** A resource with the followed streams at hand: what it shows of them is joined here, when it is read. */

import QuickLRU from 'quick-lru';
import type { Lookups } from '../domain/followed-stream.ts';
import type { FollowedProjection, FollowedProjections } from './followed-projection.ts';
import { Problem } from '../domain/problem.ts';
import type { AnyResource, Referrers } from '../domain/resource.ts';
import { findAsOf } from './point-in-time.ts';
import type { Entity } from '../domain/entity.ts';

/** By followed stream, the newest version of what is joinedVersions of it: what is joinedVersions changes only when one of these does. */
export type JoinedVersions = Readonly<Record<string, number>>;

export type Presented = { readonly body: object; readonly joinedVersions: JoinedVersions };

/** The same as JSON text. */
export type Serialized = { readonly text: string; readonly joinedVersions: JoinedVersions };

/** How many entities' texts are kept, at least; twice as many at most. */
const keptTexts = 10_000;

/** The entities of a followed stream that refer to one of ours. */
export type JoinedReferrers = Pick<Referrers<unknown>, 'noun' | 'schema'> & {
  /** The name of the service whose entities they are: `laptops`. */
  readonly name: string;
  /** By ascending id, each as JSON. */
  list(
    id: number,
    options: { after: number; limit: number },
  ): { readonly id: number; readonly body: object }[];
};

export type JoinedResource = Omit<AnyResource, 'present' | 'referrers'> & {
  /** The entity as JSON, with what it shows of others as that is now; undefined when it is not there. */
  present(entity: Entity<unknown>): object | undefined;
  /** The same with what its entity tag depends on. @throws Problem `not-found` */
  presentExisting(entity: Entity<unknown>): Presented;
  /** That as text, which is made once and kept until the entity or a followed stream moves on. @throws Problem `not-found` */
  serializeExisting(entity: Entity<unknown>): Serialized;
  /**
   * Entities as they were, with what they show of others as that was at the same time.
   *
   * @param timeOf gives that time in milliseconds since 1970; called only where something of others is joinedVersions
   * @throws Problem `not-found`, `unavailable`
   */
  presentAllAsOf(entities: readonly Entity<unknown>[], timeOf: () => Promise<number>): Promise<Presented[]>;
  /** The same for one entity. */
  presentAsOf(entity: Entity<unknown>, timeOf: () => Promise<number>): Promise<Presented>;
  readonly referrers: readonly JoinedReferrers[];
};

export function joinResource(resource: AnyResource, projections: FollowedProjections): JoinedResource {
  const { present, referrers = {}, ...rest } = resource;
  const now = createLookups(projections, findNow);

  /** Collects what is joinedVersions of others while an entity is presented, which happens in one go. */
  let joinedVersions: Record<string, number> = {};
  let findOther: Find = findNow;
  const noting = createLookups(projections, (projection, id) => {
    const found = findOther(projection, id);
    joinedVersions[projection.stream] = Math.max(joinedVersions[projection.stream] ?? 0, found.version);
    return found;
  });

  function presentWith(entity: Entity<unknown>, find: Find): Presented {
    joinedVersions = {};
    findOther = find;
    const body = present(entity, noting);
    if (body === undefined) throw new Problem('not-found', `There is no ${rest.noun} ${entity.id}.`);
    return { body, joinedVersions };
  }

  const followed = Object.values(projections);
  const kept = new QuickLRU<number, Serialized & { readonly version: number; readonly others: number }>({
    maxSize: keptTexts,
  });

  function serializeExisting(entity: Entity<unknown>): Serialized {
    const { id, version } = entity;
    // It grows with every message of any of them.
    const others = followed.reduce((sum, { view }) => sum + view.position, 0);
    const known = kept.get(id);
    if (known?.version === version && known.others === others) return known;
    const { body, joinedVersions: of } = presentWith(entity, findNow);
    const made = { version, others, text: JSON.stringify(body), joinedVersions: of };
    kept.set(id, made);
    return made;
  }

  async function presentAllAsOf(entities: readonly Entity<unknown>[], timeOf: () => Promise<number>) {
    // The entities alone decide which others are looked up, so the first pass collects them.
    const wanted = new Map<FollowedProjection, Set<number>>();
    for (const entity of entities) {
      presentWith(entity, (projection, id) => {
        wanted.set(projection, (wanted.get(projection) ?? new Set()).add(id));
        return projection.view.find(id);
      });
    }
    const past = wanted.size === 0 ? new Map() : await readPast(wanted, await timeOf());
    return entities.map((entity) =>
      presentWith(entity, (projection, id) => past.get(projection)?.get(id) ?? projection.view.find(id)),
    );
  }

  return {
    ...rest,
    serializeExisting,
    present: (entity) => present(entity, now),
    presentExisting: (entity) => presentWith(entity, findNow),

    presentAllAsOf,

    async presentAsOf(entity, timeOf) {
      const [presented] = await presentAllAsOf([entity], timeOf);
      if (presented === undefined) throw new TypeError('one entity is presented as one document');
      return presented;
    },

    referrers: Object.entries<Referrers<unknown> | undefined>(referrers).flatMap(([name, referrer]) =>
      referrer === undefined ? [] : [joinReferrers(projections, name, referrer)],
    ),
  };
}

function joinReferrers(
  projections: FollowedProjections,
  name: string,
  { noun, schema, present }: Referrers<unknown>,
): JoinedReferrers {
  return {
    name,
    noun,
    schema,
    list: (id, options) =>
      (projections[name]?.view.listReferring(id, options) ?? []).flatMap((entity) => {
        const body = present(entity);
        return body === undefined ? [] : [{ id: entity.id, body }];
      }),
  };
}

type Find = (projection: FollowedProjection, id: number) => Entity<unknown>;

const findNow: Find = (projection, id) => projection.view.find(id);

/** Lookups for a resource or a decider, which find entities with `find`. */
export function createLookups(
  projections: FollowedProjections,
  find: Find,
): Lookups<Readonly<Record<string, unknown>>> {
  return Object.fromEntries(
    Object.entries(projections).map(([name, projection]) => [
      name,
      (id: number) => find(projection, id).state,
    ]),
  );
}

/** How many histories are read at the same time. */
const concurrency = 16;

/** The wanted entities as they were at `time`. */
async function readPast(
  wanted: ReadonlyMap<FollowedProjection, ReadonlySet<number>>,
  time: number,
): Promise<ReadonlyMap<FollowedProjection, ReadonlyMap<number, Entity<unknown>>>> {
  const past = new Map<FollowedProjection, Map<number, Entity<unknown>>>();
  for (const [projection, ids] of wanted) {
    const position = await projection.store.positionAt(time);
    const entities = new Map<number, Entity<unknown>>();
    const rest = [...ids];
    const readRest = async () => {
      for (let id = rest.pop(); id !== undefined; id = rest.pop()) {
        entities.set(id, await findAsOf(projection.fold, projection.store, id, position));
      }
    };
    await Promise.all(Array.from({ length: concurrency }, readRest));
    past.set(projection, entities);
  }
  return past;
}
