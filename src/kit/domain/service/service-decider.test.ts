import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { Rejection } from '../decider.ts';
import { defineEvents } from '../event-schema.ts';
import { follow } from '../follow.ts';
import type { Contract } from '../followed-stream.ts';
import { problemOfCall } from '../../../../test/support/problem-of-call.ts';
import { defineService } from './define-service.ts';
import { createDecider } from './service-decider.ts';

const Placed = z.object({ type: z.literal('Placed'), note: z.string() });
const Broken = z.object({ type: z.literal('Broken') });
type LampEvent = z.infer<typeof Placed | typeof Broken>;
type Lamp = { readonly note: string } | undefined;

/** A lamp that is broken does not exist. It can be placed only once. */
const lamps: Contract<Lamp, LampEvent> = {
  name: 'lamps',
  noun: 'lamp',
  streamFile: new URL('file:///lamps.json'),
  events: defineEvents({ Placed: { schema: Placed }, Broken: { schema: Broken } }),
  fold: {
    initial: undefined,
    evolve(lamp, event) {
      if (event.type === 'Broken') return undefined;
      return lamp === undefined ? { note: event.note } : new Rejection('already placed');
    },
  },
};

const broken: LampEvent = { type: 'Broken' };
const placed: LampEvent = { type: 'Placed', note: '' };
const Events = z.strictObject({ events: z.array(z.union([Placed, Broken])) });

const service = defineService({
  module: 'file:///lamps.ts',
  contract: lamps,
  version: '1.0.0',
  defaults: { httpPort: 0, probePort: 0 },
  follows: { rooms: follow(lamps) },
  commands: ({ create, replace, remove, command }) => ({
    place: create({ body: Events, decide: ({ events }) => events }),
    change: replace({ body: Events, decide: ({ events }) => events }),
    dispose: remove({ body: Events, decide: ({ events }) => events }),
    strike: command({ body: Events, decide: ({ events }) => events }),
    describe: command({
      params: { slot: z.int() },
      put: '{slot}',
      decide: ({ slot }, { note }, { now, actor, find, rooms }) => [
        { type: 'Placed', note: JSON.stringify([slot, note, now, actor, find('note', 'x'), rooms(3)?.note]) },
      ],
    }),
  }),
  document: z.object({}),
  present: () => ({}),
});

const lamp: Lamp = { note: 'blue' };
const now = '2026-01-31T12:00:00.000Z';
const rooms = (id: number) => ({ note: `room ${id}` });
const { decide, assertOutcome, initial, evolve } = createDecider(service, { rooms });

const test = suite('the decider of a service');

test('has the fold of the contract', () => {
  assert.is(initial, undefined);
  assert.equal(evolve(undefined, placed), { note: '' });
});
test('passes a decision its input, the state, the time, the sender, the lookups and the index', () => {
  const find = (index: string, key: string | number) => (index === 'note' && key === 'x' ? [5] : []);
  const call = { verb: 'describe', input: { slot: 2 }, now } as const;
  const decided = createDecider(service, { rooms }, find).decide({ ...call, actor: 'ada' }, lamp);
  assert.equal(decided, [{ type: 'Placed', note: JSON.stringify([2, 'blue', now, 'ada', [5], 'room 3']) }]);
});
test('finds nothing in an index by default, and has no sender', () =>
  assert.equal(decide({ verb: 'describe', input: { slot: 2 }, now }, lamp), [
    { type: 'Placed', note: JSON.stringify([2, 'blue', now, null, [], 'room 3']) },
  ]));
test('throws for a verb that the service does not have', () => {
  // JSON.parse bypasses type checking, which prevents this mistake.
  const call: Parameters<typeof decide>[0] = JSON.parse('{"verb":"repair","input":{}}');
  assert.throws(() => decide(call, lamp), /^lamps has no command repair$/);
});
test.run();

const existence = suite('a command');

const input = { events: [placed] };

existence('that creates an entity is rejected if it exists', () => {
  assert.equal(decide({ verb: 'place', input, now }, undefined), [placed]);
  const { code, message } = problemOfCall(() => decide({ verb: 'place', input, now }, lamp));
  assert.equal([code, message], ['conflict', 'There is already a lamp with this id.']);
});
for (const verb of ['change', 'strike'] as const) {
  existence(`that changes an entity is rejected if it does not exist: ${verb}`, () => {
    assert.equal(decide({ verb, input, now }, lamp), [placed]);
    const { code, message } = problemOfCall(() => decide({ verb, input, now }, undefined));
    assert.equal([code, message], ['not-found', 'There is no lamp with this id.']);
  });
}
existence('that removes an entity has no effect if it does not exist', () => {
  assert.equal(decide({ verb: 'dispose', input: { events: [broken] }, now }, lamp), [broken]);
  assert.equal(decide({ verb: 'dispose', input: { events: [broken] }, now }, undefined), []);
});
for (const verb of ['place', 'change', 'strike'] as const) {
  existence(`other than a removal must not end the existence of an entity: ${verb}`, () => {
    const call = { verb, input, now };
    assert.throws(
      () => assertOutcome?.(call, undefined),
      new RegExp(`^${verb}: after this command, a lamp must exist; only remove may end it$`),
    );
    assertOutcome?.(call, lamp);
  });
}
existence('that removes an entity has to end its existence', () => {
  const call = { verb: 'dispose', input, now } as const;
  assert.throws(() => assertOutcome?.(call, lamp), /^dispose: after this command, a lamp must not exist/);
  assertOutcome?.(call, undefined);
});
existence('that creates an entity must not return no events', () =>
  assert.throws(() => decide({ verb: 'place', input: { events: [] }, now }, undefined), /a lamp must exist/),
);
existence('must return an array of events, and not a promise, which has no length', () => {
  for (const returned of [Promise.resolve([]), undefined, placed]) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    const events = returned as never;
    assert.throws(
      () => decide({ verb: 'strike', input: { events }, now }, lamp),
      /^strike: decide must return an array of events$/,
    );
  }
});
existence('may return no events otherwise', () => {
  assert.equal(decide({ verb: 'strike', input: { events: [] }, now }, lamp), []);
  assert.equal(decide({ verb: 'dispose', input: { events: [] }, now }, lamp), []);
});
existence.run();
