/** A stored event: a JSON object with the name of its type in `type`. */
export type DomainEvent = { readonly type: string };

/** The reason why a fold rejects a stored message. It depends only on the stream, so it is the same in every replica. */
export class Rejection {
  readonly reason: string;
  /** The error that the domain code threw, if it threw one. Only for the log: it may differ between replicas. */
  readonly cause: unknown;

  constructor(reason: string, { cause }: { readonly cause?: unknown } = {}) {
    this.reason = reason;
    this.cause = cause;
  }
}

/**
 * Computes the state of an entity from its events. Pure and synchronous.
 *
 * - `evolve` returns the next state, or a `Rejection` for an event that contradicts the state. It never modifies a state
 *   in place, because readers and snapshots hold references to it. If it throws, the event is rejected. It has no lookups, so
 *   an event remains valid when the followed streams change later.
 * - `initial` is the state of an entity that has no events or was removed. It is compared by identity.
 */
export type Fold<State, Event extends DomainEvent> = {
  readonly initial: State;
  evolve(state: State, event: Event): State | Rejection;
};

/**
 * The rules of an entity. `decide` returns the events that execute the command, or `[]` if nothing has to change. It throws
 * a `Problem` (`conflict`, `not-found`) for a command that contradicts the state.
 */
export type Decider<State, Command, Event extends DomainEvent> = Fold<State, Event> & {
  decide(command: Command, state: State): readonly Event[];
  /** Throws if the command may not leave the entity in this state, which its events led to. */
  assertOutcome?(command: Command, state: State): void;
};
