import type { Id } from './entity-id.ts';

/** The state of an entity in a view. `version` is the position of the last message on its subject, or 0 if there is none. */
export type Entity<State, Key extends Id = Id> = {
  readonly id: Key;
  readonly state: State;
  readonly version: number;
};
