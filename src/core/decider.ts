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
 * One entity's rules, pure and synchronous. Time, ids and randomness come in with the command.
 *
 * - `decide` gives the events that carry the command out; `[]` means that it is already so. It throws a `Problem`
 *   (`conflict`, `not-found`) for a command that contradicts the state.
 * - `evolve` gives the next state, or a `Rejection` for an event that does not follow from the state. A state is never
 *   changed in place: readers and snapshots hold on to it.
 * - `initial` is the state of an entity that has no events or was removed; the fold compares it by identity.
 */
export type Decider<State, Command, Event extends DomainEvent> = {
  readonly initial: State;
  decide(command: Command, state: State): readonly Event[];
  evolve(state: State, event: Event): State | Rejection;
};
