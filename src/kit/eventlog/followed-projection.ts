import type { DomainEvent, Fold } from '../domain/decider.ts';
import type { EventStore } from './event-store.ts';
import type { View } from './view.ts';

/** A followed stream as this replica has it. */
export type FollowedProjection = {
  /** The name of the stream: `PORTS`. */
  readonly stream: string;
  readonly fold: Fold<unknown, DomainEvent>;
  readonly view: View<unknown, DomainEvent>;
  readonly store: EventStore<DomainEvent>;
};

/** The followed streams by the names of their services. */
export type FollowedProjections = Readonly<Record<string, FollowedProjection>>;
