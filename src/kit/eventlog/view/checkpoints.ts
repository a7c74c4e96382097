/** Earlier states of entities with long histories, so that a history can be folded from there. */

import type { Id } from '../../domain/entity-id.ts';
import type { Entity } from '../../domain/entity.ts';

export type CheckpointsImage<State> = {
  /** There is a checkpoint after every `interval` messages of an entity. */
  readonly interval: number;
  /** The checkpoints of one entity are in order. */
  readonly entities: readonly Entity<State>[];
};

export type Checkpoints<State> = {
  /** Whether an entity with `count` messages becomes a checkpoint. */
  isDue(count: number): boolean;
  add(entity: Entity<State>): void;
  /** Returns the entity at its last checkpoint at or before `position`; undefined if there is none. */
  find(id: Id, position: number): Entity<State> | undefined;
  /** Returns a copy. */
  capture(): CheckpointsImage<State>;
};

/** Number of messages of an entity between two checkpoints, while there are not too many checkpoints. */
export const checkpointInterval = 250;
/** Maximum number of checkpoints of all entities. Above it, the interval is doubled. */
const maxCheckpoints = 10_000;

export function createCheckpoints<State>(
  image: CheckpointsImage<State> = { interval: checkpointInterval, entities: [] },
  max = maxCheckpoints,
): Checkpoints<State> {
  let { interval } = image;
  /** The checkpoint at index `i` is after the entity's message number `(i + 1) * interval`. */
  const lists = new Map<Id, Entity<State>[]>();
  let size = 0;

  function add(entity: Entity<State>) {
    const list = lists.get(entity.id);
    if (list === undefined) lists.set(entity.id, [entity]);
    else list.push(entity);
    size += 1;
    if (size > max) doubleInterval();
  }

  /** Drops every other checkpoint. */
  function doubleInterval() {
    const previous = [...lists.values()];
    interval *= 2;
    lists.clear();
    size = 0;
    for (const list of previous) list.filter((_, index) => index % 2 === 1).forEach(add);
  }

  image.entities.forEach(add);

  return {
    isDue: (count) => count % interval === 0,
    add,
    find: (id, position) => lists.get(id)?.findLast(({ version }) => version <= position),
    capture: () => ({ interval, entities: [...lists.values()].flat() }),
  };
}
