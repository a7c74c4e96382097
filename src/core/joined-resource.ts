/** A resource with the followed streams at hand: what it shows of them is joined here, when it is read. */

import QuickLRU from 'quick-lru';
import type { FollowedLog, FollowedLogs, Lookups } from './followed.ts';
import { Problem } from './problem.ts';
import type { Referrers, Resource } from './resource.ts';
import { findAsOf } from './time-travel.ts';
import type { Entity } from './view.ts';

/** By followed stream, the newest version of what is shown of it: what is shown changes only when one of these does. */
export type Shown = Readonly<Record<string, number>>;

export type Presented = { readonly body: object; readonly shown: Shown };

/** The same as JSON text. */
export type Serialized = { readonly text: string; readonly shown: Shown };

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

export type JoinedResource<State, Command, Add, Change> = Omit<
  Resource<State, Command, Add, Change>,
  'present' | 'referrers'
> & {
  /** The entity as JSON, with what it shows of others as that is now; undefined when it is not there. */
  present(entity: Entity<State>): object | undefined;
  /** The same with what its entity tag depends on. @throws Problem `not-found` */
  presentExisting(entity: Entity<State>): Presented;
  /** That as text, which is made once and kept until the entity or a followed stream moves on. @throws Problem `not-found` */
  serializeExisting(entity: Entity<State>): Serialized;
  /**
   * Entities as they were, with what they show of others as that was at the same time.
   *
   * @param timeOf gives that time in milliseconds since 1970; called only where something of others is shown
   * @throws Problem `not-found`, `unavailable`
   */
  presentAsOf(entities: readonly Entity<State>[], timeOf: () => Promise<number>): Promise<Presented[]>;
  readonly referrers: readonly JoinedReferrers[];
};

export function joinResource<State, Command, Add, Change, Others>(
  resource: Resource<State, Command, Add, Change, Others>,
  logs: FollowedLogs,
): JoinedResource<State, Command, Add, Change> {
  const { present, referrers = {}, ...rest } = resource;
  const now = lookupsInto<Others>(logs, findNow);

  /** Collects what is shown of others while an entity is presented, which happens in one go. */
  let shown: Record<string, number> = {};
  let findOther: Find = findNow;
  const noting = lookupsInto<Others>(logs, (log, id) => {
    const found = findOther(log, id);
    shown[log.stream] = Math.max(shown[log.stream] ?? 0, found.version);
    return found;
  });

  function presentWith(entity: Entity<State>, find: Find): Presented {
    shown = {};
    findOther = find;
    const body = present(entity, noting);
    if (body === undefined) throw new Problem('not-found', `There is no ${rest.noun} ${entity.id}.`);
    return { body, shown };
  }

  const followed = Object.values(logs);
  const kept = new QuickLRU<number, Serialized & { readonly version: number; readonly others: number }>({
    maxSize: keptTexts,
  });

  function serializeExisting(entity: Entity<State>): Serialized {
    const { id, version } = entity;
    // It grows with every message of any of them.
    const others = followed.reduce((sum, { view }) => sum + view.position, 0);
    const known = kept.get(id);
    if (known?.version === version && known.others === others) return known;
    const { body, shown: of } = presentWith(entity, findNow);
    const made = { version, others, text: JSON.stringify(body), shown: of };
    kept.set(id, made);
    return made;
  }

  return {
    ...rest,
    serializeExisting,
    present: (entity) => present(entity, now),
    presentExisting: (entity) => presentWith(entity, findNow),

    async presentAsOf(entities, timeOf) {
      // Once to learn what is looked up, which the entities alone decide, and once with that as it was.
      const wanted = new Map<FollowedLog, Set<number>>();
      for (const entity of entities) {
        presentWith(entity, (log, id) => {
          wanted.set(log, (wanted.get(log) ?? new Set()).add(id));
          return log.view.find(id);
        });
      }
      const past = wanted.size === 0 ? new Map() : await readPast(wanted, await timeOf());
      return entities.map((entity) =>
        presentWith(entity, (log, id) => past.get(log)?.get(id) ?? log.view.find(id)),
      );
    },

    referrers: Object.entries<Referrers<unknown>>(referrers).map(
      ([name, { noun, schema, present: presentReferrer }]) => ({
        name,
        noun,
        schema,
        list: (id, options) =>
          (logs[name]?.view.listReferring(id, options) ?? []).flatMap((entity) => {
            const body = presentReferrer(entity);
            return body === undefined ? [] : [{ id: entity.id, body }];
          }),
      }),
    ),
  };
}

type Find = (log: FollowedLog, id: number) => Entity<unknown>;

const findNow: Find = (log, id) => log.view.find(id);

/** Lookups for a resource or a decider, which find what `find` does. */
export function lookupsInto<Others>(logs: FollowedLogs, find: Find): Lookups<Others> {
  const lookups = Object.entries(logs).map(([name, log]) => [name, (id: number) => find(log, id).state]);
  // The logs are those of the services that `Others` names, each with the fold that gives its states.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return Object.fromEntries(lookups) as Lookups<Others>;
}

/** How many histories are read at the same time. */
const concurrency = 16;

/** The wanted entities as they were at `time`. */
async function readPast(
  wanted: ReadonlyMap<FollowedLog, ReadonlySet<number>>,
  time: number,
): Promise<ReadonlyMap<FollowedLog, ReadonlyMap<number, Entity<unknown>>>> {
  const past = new Map<FollowedLog, Map<number, Entity<unknown>>>();
  for (const [log, ids] of wanted) {
    const position = await log.store.positionAt(time);
    const entities = new Map<number, Entity<unknown>>();
    const rest = [...ids];
    const readRest = async () => {
      for (let id = rest.pop(); id !== undefined; id = rest.pop()) {
        entities.set(id, await findAsOf(log.fold, log.store, id, position));
      }
    };
    await Promise.all(Array.from({ length: concurrency }, readRest));
    past.set(log, entities);
  }
  return past;
}
