/** Given-when-then tests of a decider: given these events, when this command is executed, then these events follow. */

import assert from 'node:assert/strict';
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
      state,
      when: (command: Command) => ({
        /** Asserts that the command returns these events, and is idempotent when repeated after them. */
        then(...expected: Event[]) {
          const events = decider.decide(command, state);
          assert.deepEqual(events, expected);
          if (events.length > 0) assertIdempotent(decider, command, evolveAll(state, events));
        },
        /** Asserts that `decide` throws a problem with this code. */
        throws(code: ProblemCode) {
          const problem = catchProblem(() => decider.decide(command, state));
          assert.equal(problem?.code, code);
        },
      }),
      /** Asserts that `evolve` rejects the event after the history. */
      rejects(event: Event, reason: RegExp) {
        const next = decider.evolve(state, event);
        assert.match(next instanceof Rejection ? next.reason : 'not rejected', reason);
      },
    };
  };
}

/** A repeated command returns no events or, when it adds an entity, throws a conflict. */
function assertIdempotent<State, Command, Event extends DomainEvent>(
  decider: BoundDecider<State, Command, Event>,
  command: Command,
  after: State,
) {
  let repeated: readonly Event[] = [];
  const problem = catchProblem(() => {
    repeated = decider.decide(command, after);
  });
  if (problem !== undefined) assert.equal(problem.code, 'conflict');
  assert.deepEqual(repeated, []);
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
