import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { Rejection, type Fold } from '../domain/decider.ts';
import { defineEvents } from '../domain/event-schema.ts';
import { foldDecided, InvalidDecision } from './fold-decided.ts';

const Counted = z.object({
  type: z.literal('Counted'),
  by: z.int().max(12),
  at: z.string().trim().optional(),
});
const schema = defineEvents({ Counted: { schema: Counted } });
type Counted = z.infer<typeof Counted>;
type Total = { readonly total: number; readonly at?: string | undefined };

const fold: Fold<Total, Counted> = {
  initial: { total: 0 },
  evolve({ total }, { by, at }) {
    if (by === 0) throw new RangeError('zero');
    return by < 0 ? new Rejection('less than before') : { total: total + by, at };
  },
};
const by = (count: number, at?: string): Counted => ({ type: 'Counted', by: count, at });
const stateAfter = (...events: Counted[]) =>
  foldDecided({ decider: fold, events: schema }, { id: 1, state: fold.initial, version: 0 }, events);

function failureOf(...events: unknown[]): InvalidDecision {
  try {
    // A decider written in JavaScript can return anything.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    stateAfter(...(events as Counted[]));
  } catch (error) {
    if (error instanceof InvalidDecision) return error;
    throw error;
  }
  throw new Error('no InvalidDecision');
}

const test = suite('foldDecided');

test('returns the state after the events, as they are read from the stream', () =>
  assert.equal(stateAfter(by(5), by(7, ' noon ')), { total: 12, at: 'noon' }));
test('returns the initial state for no events', () => assert.is(stateAfter(), fold.initial));
test('fails if an event does not match its schema, and names the type and the issue', () => {
  const { name, eventType, issue, message } = failureOf(by(5), by(24));
  assert.equal([name, eventType], ['InvalidDecision', 'Counted']);
  assert.match(issue, /^Counted: by: Too big/);
  assert.match(message, /^decide returned an invalid Counted: Counted: by: Too big/);
});
test('fails if `evolve` rejects an event', () => assert.is(failureOf(by(-1)).issue, 'less than before'));
test('fails if `evolve` throws, with the error as the cause', () => {
  const { issue, cause } = failureOf(by(5), by(0));
  assert.is(issue, 'evolve threw an error on Counted');
  assert.instance(cause, RangeError);
});
test('fails if an event cannot be stored as JSON or has no known type', () => {
  const { issue, cause } = failureOf({ type: 'Counted', by: 5n });
  assert.match(issue, /BigInt/);
  assert.instance(cause, TypeError);
  assert.match(failureOf({ type: 'Lost' }).issue, 'Lost is not an event of this service');
  assert.match(failureOf({ type: 'Counted', by: 5, at: new Map() }).issue, 'expected string');
});
test('does not present the initial state, because the entity does not exist', () => {
  const present = () => assert.unreachable('presented');
  const state = foldDecided(
    { decider: fold, events: schema, present },
    { id: 7, state: fold.initial, version: 0 },
    [],
  );
  assert.is(state, fold.initial);
});
test('fails if the resulting state cannot be presented', () => {
  const cause = new TypeError('no supplier');
  const presented: unknown[] = [];
  const decide = (...events: Counted[]) =>
    foldDecided(
      {
        decider: fold,
        events: schema,
        present(entity) {
          presented.push(entity);
          throw cause;
        },
      },
      { id: 7, state: { total: 1 }, version: 3 },
      events,
    );
  assert.throws(
    () => decide(by(1), by(2)),
    (error: unknown) =>
      error instanceof InvalidDecision &&
      error.message === 'decide returned an invalid Counted, Counted: no supplier' &&
      error.cause === cause,
  );
  assert.equal(presented, [{ id: 7, state: { total: 4 }, version: 3 }]);
});
test.run();
