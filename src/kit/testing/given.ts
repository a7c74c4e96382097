/** Given-when-then tests of a service: given these events, when this command is executed, then these events follow. */

import assert from 'node:assert/strict';
import { inputSchemaOf } from '../api/commands/command-input.ts';
import { normalizeTexts } from '../api/requests/normalize.ts';
import type { Context } from '../domain/service/command.ts';
import { Rejection, type DomainEvent } from '../domain/decider.ts';
import type { Lookups } from '../domain/followed-stream.ts';
import { Problem, type ProblemCode } from '../domain/problem.ts';
import type { DefinedService, ServiceTypes } from '../domain/service/service.ts';
import { tryEvent } from '../domain/try-event.ts';
import {
  createDecider,
  type CallOf,
  type Origin,
  type SentOf,
  type VerbOf,
} from '../domain/service/service-decider.ts';

/** The time and the sender of the commands, unless a test gives others. */
const defaultContext = { now: '2026-01-31T12:00:00.000Z', actor: undefined };

type TestContext = { readonly now?: string; readonly actor?: string };

/**
 * Returns a function that starts a test with the history of an entity. Commands and events are validated with the schemas of
 * the service. States are frozen, so a test fails if `decide` or `evolve` modifies one. It fails as well if `evolve` depends on
 * the time or on chance, or returns a state that is not JSON.
 *
 * @param lookups entities of the followed streams.
 * @param find ids of other entities by index. Default: none.
 */
export function givenService<Types extends ServiceTypes>(
  service: DefinedService<Types>,
  lookups: Lookups<Types['others'], Types['otherIds']>,
  find?: Context<unknown, Types['id']>['find'],
) {
  const { contract, commands } = service;
  const decider = createDecider(service, lookups, find);

  function evolveAll(start: Types['state'], events: readonly DomainEvent[]): Types['state'] {
    return events.reduce<Types['state']>((state, event) => {
      const read = contract.events.read(contract.events.write(event));
      const next = read instanceof Rejection ? read : tryEvent(decider, state, read, awaitNextMillisecond);
      if (next instanceof Rejection) throw rejected(event, next);
      return next;
    }, start);
  }

  return (...history: Types['event'][]) => {
    const state = evolveAll(decider.initial, history);
    return {
      state,

      /** @param input the body and the path parameters of the command, if it has any. */
      when<Verb extends VerbOf<Types>>(
        verb: Verb,
        ...[input, context]: SentOf<Types, Verb> extends undefined
          ? [input?: undefined, context?: TestContext]
          : [input: SentOf<Types, Verb>, context?: TestContext]
      ) {
        const command = commands.find((candidate) => candidate.verb === verb);
        if (command === undefined) throw new TypeError(`${contract.name} has no command ${verb}`);
        const parsed = inputSchemaOf(command).parse(normalizeTexts(input ?? {}));
        // The schema of a command returns the input of that command.
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion
        const call = { ...defaultContext, ...context, verb, input: parsed } as unknown as CallOf<Types> &
          Origin;
        return {
          /**
           * Asserts that the command returns these events. Except for POST to an entity, asserts that repeating it has no
           * effect, as HTTP requires of PUT and DELETE.
           */
          then(...expected: Types['event'][]) {
            const events = decider.decide(call, state);
            assert.deepEqual(events, expected);
            const after = evolveAll(state, events);
            if (events.length > 0) decider.assertOutcome?.(call, after);
            if (command.kind === 'command' && command.method === 'post') return;
            if (events.length > 0) assertWithoutEffect(() => decider.decide(call, after));
          },
          /** Asserts that the command is rejected with a problem with this code. */
          throws(code: ProblemCode) {
            const problem = catchProblem(() => decider.decide(call, state));
            assert.equal(problem?.code, code);
          },
        };
      },

      /** Asserts that `evolve` rejects the event after the history. */
      rejects(event: Types['event'], reason: RegExp) {
        const next = decider.evolve(state, event);
        assert.match(next instanceof Rejection ? next.reason : 'not rejected', reason);
      },
    };
  };
}

/** An `evolve` that reads the time returns another state afterwards. */
function awaitNextMillisecond() {
  const start = Date.now();
  while (Date.now() === start);
}

function rejected({ type }: DomainEvent, { reason, cause }: Rejection): Error {
  const detail = cause instanceof Error && !reason.includes(cause.message) ? `: ${cause.message}` : '';
  return new Error(`${type} is rejected: ${reason}${detail}`, { cause });
}

/** Asserts that a repeated command returns no events, or throws a conflict because the entity exists already. */
function assertWithoutEffect(decide: () => readonly DomainEvent[]) {
  let repeated: readonly DomainEvent[] = [];
  const problem = catchProblem(() => {
    repeated = decide();
  });
  const rule = 'sent again, the command must have no effect, but it';
  if (problem !== undefined)
    assert.equal(problem.code, 'conflict', `${rule} throws ${problem.code}: ${problem.message}`);
  assert.equal(repeated.length, 0, `${rule} returns ${JSON.stringify(repeated)}`);
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
