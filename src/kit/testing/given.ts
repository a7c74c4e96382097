/** Tests of a decider read as a sentence: given these events, when this command, then these events. */

import * as assert from 'uvu/assert';
import { Rejection, type BoundDecider, type DomainEvent } from '../domain/decider.ts';
import { Problem, type ProblemCode } from '../domain/problem.ts';

export function givenDecider<State, Command, Event extends DomainEvent>(
  decider: BoundDecider<State, Command, Event>,
) {
  function evolveAll(start: State, events: readonly Event[]): State {
    return events.reduce<State>((state, event) => {
      const next = decider.evolve(state, event);
      if (next instanceof Rejection) throw new Error(`${event.type} is rejected: ${next.reason}`);
      return next;
    }, start);
  }

  return (...history: Event[]) => {
    const state = evolveAll(decider.initial, history);
    return {
      /** The state itself. */
      state,
      when: (command: Command) => ({
        /** The command gives these events, and given again after them it gives none. */
        then(...expected: Event[]) {
          const events = decider.decide(command, state);
          assert.equal(events, expected);
          if (events.length > 0) repeatsHarmlessly(decider, command, evolveAll(state, events));
        },
        /** The command is refused with this code. */
        refused(code: ProblemCode) {
          const problem = catchProblem(() => decider.decide(command, state));
          assert.is(problem?.code, code);
        },
      }),
      /** The event does not follow from the history. */
      rejects(event: Event, reason: RegExp) {
        const next = decider.evolve(state, event);
        assert.match(next instanceof Rejection ? next.reason : 'it was not rejected', reason);
      },
    };
  };
}

/** Carried out, a command has nothing left to do: it gives no event, or (adding) it is refused as a conflict. */
function repeatsHarmlessly<State, Command, Event extends DomainEvent>(
  decider: BoundDecider<State, Command, Event>,
  command: Command,
  after: State,
) {
  let again: readonly Event[] = [];
  const problem = catchProblem(() => {
    again = decider.decide(command, after);
  });
  if (problem !== undefined) assert.is(problem.code, 'conflict');
  assert.equal(again, []);
}

function catchProblem(run: () => unknown): Problem | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}
