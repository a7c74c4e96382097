/** The shape of an entity's rules: what a command does to it, and what an event makes of it. */

/** An event, as it is stored: one JSON object whose `type` names it. */
export type DomainEvent = { readonly type: string };

/** Why the fold refuses a stored message. It depends on the stream alone, so every replica gives the same one. */
export class Rejection {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

/**
 * What an entity's events make of it, pure and synchronous.
 *
 * - `evolve` gives the next state, or a `Rejection` for an event that does not follow from the state. A state is never
 *   changed in place: readers and snapshots hold on to it.
 * - `initial` is the state of an entity that has no events or was removed; it is compared by identity.
 */
export type Fold<State, Event extends DomainEvent> = {
  readonly initial: State;
  evolve(state: State, event: Event): State | Rejection;
};

/**
 * One entity's rules, pure and synchronous. Time, ids and randomness come in with the command.
 *
 * - `decide` gives the events that carry the command out; `[]` means that it is already so. It throws a `Problem`
 *   (`conflict`, `not-found`) for a command that contradicts the state. `lookups` shows entities of the streams that the
 *   service follows.
 * - What was decided has to hold whatever the other streams say later: `evolve` never sees them.
 */
export type Decider<State, Command, Event extends DomainEvent, Lookups = unknown> = Fold<State, Event> & {
  decide(command: Command, state: State, lookups: Lookups): readonly Event[];
};

/** A decider that needs nothing more than the command and the state. */
export type BoundDecider<State, Command, Event extends DomainEvent> = Decider<State, Command, Event, void>;

/** The decider with what it looks into. */
export function bindDecider<State, Command, Event extends DomainEvent, Lookups>(
  decider: Decider<State, Command, Event, Lookups>,
  lookups: Lookups,
): BoundDecider<State, Command, Event> {
  return { ...decider, decide: (command, state) => decider.decide(command, state, lookups) };
}
