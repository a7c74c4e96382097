import type { DomainEvent, Fold } from '../domain/decider.ts';
import type { EventStore } from './event-store.ts';
import type { View } from './view/view.ts';

/** A followed stream with its view in this replica. */
export type FollowedProjection = {
  /** Name of the stream: `PORTS`. */
  readonly stream: string;
  readonly fold: Fold<unknown, DomainEvent>;
  readonly view: View<unknown, DomainEvent>;
  readonly store: EventStore<DomainEvent>;
};

/** Followed streams by the name of their service. */
export type FollowedProjections = Readonly<Record<string, FollowedProjection>>;
